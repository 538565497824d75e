import type { StoredKey } from '../domain/stored-key.ts';

/** Sets of JSON Web Keys. Key material arrives sealed. */
export interface KeyStore {
  /** Saves all keys, or none when the set already has any key: of many nodes that start at once, one fills the set. */
  createSet(set: string, keys: readonly StoredKey[]): Promise<'created' | 'exists'>;
  /** Saves all keys, or none when one of their kids is taken in its set or comes twice. */
  add(keys: readonly StoredKey[]): Promise<'added' | 'exists'>;
  /** Saves the key, replacing one with the same kid at its place in the order; a new kid is the newest addition. */
  put(key: StoredKey): Promise<void>;
  /** Newest addition first; keys added together, in the order given. Empty when there is no such set. */
  list(set: string): Promise<readonly StoredKey[]>;
  find(set: string, kid: string): Promise<StoredKey | undefined>;
  /** Every key of every set, in any order. Keys that come or go meanwhile may be missing. */
  listAll(): Promise<readonly StoredKey[]>;
  /**
   * Replaces what is sealed, at the key's place in the order, if it is still `expected`: of two replacements at once, one is
   * told `stale`, and changes nothing. `stale` also when there is no such key.
   */
  replaceSealed(key: StoredKey, expected: string): Promise<'replaced' | 'stale'>;
  /** Removes a whole set. Returns how many keys it had. */
  removeSet(set: string): Promise<number>;
  /** Whether there was one. */
  remove(set: string, kid: string): Promise<boolean>;
}
