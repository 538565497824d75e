// A column of many rows as one parameter of Postgres: an array in its text form (PostgreSQL documentation, 8.15.2).

export const textArray = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : `"${value.replace(/[\\"]/g, '\\$&')}"`)).join(',')}}`;

export const byteArray = (values: readonly Buffer[]): string =>
  `{${values.map((value) => `"\\\\x${value.toString('hex')}"`).join(',')}}`;

export const numberArray = (values: readonly number[]): string => `{${values.join(',')}}`;
