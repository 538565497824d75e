import type { StoredKey } from '../domain/stored-key.ts';

/** Sets of JSON Web Keys. The caller encrypts the key material before it gets here. */
export interface KeyStore {
  /**
   * Atomic. Saves all keys, or returns `exists` and saves none if the set already has a key. When many nodes start
   * concurrently, only one fills the set.
   */
  createSet(set: string, keys: readonly StoredKey[]): Promise<'created' | 'exists'>;
  /** Atomic. Saves all keys, or none (`exists`) if a kid is already in its set or is given twice. */
  add(keys: readonly StoredKey[]): Promise<'added' | 'exists'>;
  /**
   * Saves the key. Replaces a key with the same kid and keeps its position; a new kid counts as the newest addition.
   */
  put(key: StoredKey): Promise<void>;
  /** Newest addition first. Keys added together keep the order given. Empty if the set does not exist. */
  list(set: string): Promise<readonly StoredKey[]>;
  find(set: string, kid: string): Promise<StoredKey | undefined>;
  /** Every key of every set, in any order. Keys added or removed during the call may be missing. */
  listAll(): Promise<readonly StoredKey[]>;
  /**
   * Atomic. Replaces the key's `sealedJwk` if it is still `expected`; the key keeps its position. Returns `stale`
   * and changes nothing if the value differs or the key does not exist. Of two concurrent replacements, one gets
   * `stale`.
   */
  replaceSealed(key: StoredKey, expected: string): Promise<'replaced' | 'stale'>;
  /** Removes a whole set. Returns the number of keys removed. */
  removeSet(set: string): Promise<number>;
  /** Removes the key. Returns whether it existed. */
  remove(set: string, kid: string): Promise<boolean>;
}
