// Members of stored records: those that earlier releases did not have, and those that stores keep as '' when they are
// unset, as earlier releases read and write them. In core they are null.

/** Returns the record itself if no member is missing, which is the usual case. */
export const filled = <T extends object>(later: Partial<T>, record: T): T => {
  for (const name in later) if (!(name in record)) return { ...later, ...record };
  return record;
};

/** The record with these members as texts. */
export type WithTexts<T, Name extends keyof T> = Omit<T, Name> & { readonly [Member in Name]: string };

/** A copy with '' for null. */
export const withTexts = <T extends object, const Name extends keyof T>(
  record: T,
  names: readonly Name[],
): WithTexts<T, Name> => {
  const copy = { ...record } as Record<PropertyKey, unknown>;
  for (const name of names) copy[name] ??= '';
  return copy as unknown as WithTexts<T, Name>;
};

/** Replaces '' by null in a record that was just parsed, so nothing else refers to it. */
export const setNulls = (record: object | null, names: readonly string[]): void => {
  const members = record as Record<string, unknown> | null;
  if (members !== null) for (const name of names) if (members[name] === '') members[name] = null;
};
