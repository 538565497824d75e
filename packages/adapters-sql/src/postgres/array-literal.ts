// A column of many rows as one parameter of Postgres: an array in its text form (PostgreSQL documentation, 8.15.2).

/** Control characters and surrogates: JSON may write them in another way than by a backslash before the character itself. */
const escapedOtherwise = /[^\u0020-\ud7ff\ue000-\uffff]/;

/** Quoted as JSON where that is the same, for it is three times as fast, and documents are full of quotes. */
const quoted = (value: string): string =>
  escapedOtherwise.test(value) ? `"${value.replace(/[\\"]/g, '\\$&')}"` : JSON.stringify(value);

export const textArray = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;

export const byteArray = (values: readonly Buffer[]): string =>
  `{${values.map((value) => `"\\\\x${value.toString('hex')}"`).join(',')}}`;

export const numberArray = (values: readonly number[]): string => `{${values.join(',')}}`;
