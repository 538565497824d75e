// The reference KeyStore: each set is an array in the order that `list` gives.
import type { StoredKey } from '../domain/stored-key.ts';
import type { KeyStore } from '../ports/key-store.ts';

export class MemoryKeyStore implements KeyStore {
  readonly #sets = new Map<string, StoredKey[]>();

  async createSet(set: string, keys: readonly StoredKey[]): Promise<'created' | 'exists'> {
    if (this.#keysOf(set).length > 0) return 'exists';
    this.#sets.set(set, structuredClone([...keys]));
    return 'created';
  }

  async add(keys: readonly StoredKey[]): Promise<'added' | 'exists'> {
    const names = new Set(keys.map(({ set, kid }) => JSON.stringify([set, kid])));
    if (names.size < keys.length || keys.some(({ set, kid }) => this.#placeOf(set, kid) >= 0)) return 'exists';
    for (const set of new Set(keys.map((key) => key.set))) {
      const added = structuredClone(keys.filter((key) => key.set === set));
      this.#sets.set(set, [...added, ...this.#keysOf(set)]);
    }
    return 'added';
  }

  async put(key: StoredKey): Promise<void> {
    const place = this.#placeOf(key.set, key.kid);
    const others = this.#keysOf(key.set);
    this.#sets.set(key.set, place < 0 ? [structuredClone(key), ...others] : others.with(place, structuredClone(key)));
  }

  async list(set: string): Promise<readonly StoredKey[]> {
    return structuredClone(this.#keysOf(set));
  }

  async find(set: string, kid: string): Promise<StoredKey | undefined> {
    return structuredClone(this.#keysOf(set).find((key) => key.kid === kid));
  }

  async listAll(): Promise<readonly StoredKey[]> {
    return structuredClone([...this.#sets.values()].flat());
  }

  async replaceSealed(key: StoredKey, expected: string): Promise<'replaced' | 'stale'> {
    const keys = this.#keysOf(key.set);
    const place = this.#placeOf(key.set, key.kid);
    const stored = keys[place];
    if (stored?.sealedJwk !== expected) return 'stale';
    this.#sets.set(key.set, keys.with(place, { ...stored, sealedJwk: key.sealedJwk }));
    return 'replaced';
  }

  async removeSet(set: string): Promise<number> {
    const keys = this.#keysOf(set).length;
    this.#sets.delete(set);
    return keys;
  }

  async remove(set: string, kid: string): Promise<boolean> {
    const place = this.#placeOf(set, kid);
    if (place >= 0) this.#sets.set(set, this.#keysOf(set).toSpliced(place, 1));
    return place >= 0;
  }

  #keysOf(set: string): StoredKey[] {
    return this.#sets.get(set) ?? [];
  }

  #placeOf(set: string, kid: string): number {
    return this.#keysOf(set).findIndex((key) => key.kid === kid);
  }
}
