// How values of the domain are written into columns, the same in every database.

interface Encoding<Value, Stored> {
  toDriver(value: Value): Stored;
  fromDriver(stored: Stored): Value;
}

/**
 * Ids and hashes as bytes: 16 instead of 22, 32 instead of 43. Text that is not the one canonical base64url form of
 * some bytes becomes no bytes at all: it is found nowhere, and the schema's CHECKs refuse to save it.
 */
export const bytes: Encoding<string, Buffer> = {
  toDriver(value) {
    const decoded = Buffer.from(value, 'base64url');
    return decoded.toString('base64url') === value ? decoded : Buffer.alloc(0);
  },
  fromDriver: (stored) => stored.toString('base64url'),
};

/** JSON as text, which keeps the order of members. null stays null, so that a column can be empty. */
export const json: Encoding<unknown, string | null> = {
  toDriver: (value) => (value === null ? null : JSON.stringify(value)),
  fromDriver: (stored) => (stored === null ? null : JSON.parse(stored)),
};

/**
 * Text for Postgres, which cannot store NUL. Text with one becomes null: it equals no text, so it is found nowhere, and a
 * column that must not be null refuses to save it.
 */
export const textWithoutNul = (value: string): string | null => (value.includes('\0') ? null : value);

/** For a column that may be null, and that nothing is selected by. */
export const textWithoutNulOrNull = (value: string | null): string | null => {
  if (value?.includes('\0')) throw new RangeError('Postgres cannot store the character NUL in a text.');
  return value;
};
