// How columns store values of the domain, the same in every database.

interface Encoding<Value, Stored> {
  toDriver(value: Value): Stored;
  fromDriver(stored: Stored): Value;
}

/**
 * Ids and hashes as bytes: 16 instead of 22, 32 instead of 43. Text that is not canonical base64url becomes zero bytes: no
 * row has such a key, and the schema's CHECKs refuse to store it.
 */
export const bytes: Encoding<string, Buffer> = {
  toDriver(value) {
    const decoded = Buffer.from(value, 'base64url');
    return decoded.toString('base64url') === value ? decoded : Buffer.alloc(0);
  },
  fromDriver: (stored) => stored.toString('base64url'),
};

/** Hashes of a token that was rotated, and of its only successors. */
export interface LatestRotation {
  readonly rotated: string;
  readonly refresh: string;
  readonly access: string;
}

const hashLength = 32;

/** The hashes, concatenated. The last two may be missing: then they are read as empty. */
export const latestRotation: Encoding<LatestRotation | null, Buffer | null> = {
  toDriver(value) {
    if (value === null) return null;
    return Buffer.concat([value.rotated, value.refresh, value.access].map(bytes.toDriver));
  },
  fromDriver(stored) {
    if (stored === null) return null;
    const part = (index: number) => bytes.fromDriver(stored.subarray(index * hashLength, (index + 1) * hashLength));
    return { rotated: part(0), refresh: part(1), access: part(2) };
  },
};

/** JSON as text, which keeps the order of members. null stays null, so that a column can be empty. */
export const json: Encoding<unknown, string | null> = {
  toDriver: (value) => (value === null ? null : JSON.stringify(value)),
  fromDriver: (stored) => (stored === null ? null : JSON.parse(stored)),
};

/**
 * Text for Postgres, which cannot store NUL. Text with a NUL becomes null: it equals no text, so it finds no row, and a NOT
 * NULL column refuses it.
 */
export const textWithoutNul = (value: string): string | null => (value.includes('\0') ? null : value);

/** For a column that may be null, and that no statement selects by. */
export const textWithoutNulOrNull = (value: string | null): string | null => {
  if (value?.includes('\0')) throw new RangeError('Postgres cannot store the character NUL in a text.');
  return value;
};
