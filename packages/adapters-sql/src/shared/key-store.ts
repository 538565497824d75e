// KeyStore in one table. A set is ordered by ascending position; added keys take positions below all others. Two unique
// indexes, on kids and on positions, decide between concurrent commands. So a command needs no transaction: it reads, and
// inserts all its rows in one statement, which is refused if another command was faster.
import type { KeyStore, StoredKey } from '@claviger/core';
import { and, asc, eq, min } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { given } from './placeholders.ts';

const prepare = ({ query, tables: { keys } }: Database) => {
  const inSet = eq(keys.set, given('set', keys.set));
  const isKey = and(inSet, eq(keys.kid, given('kid', keys.kid)));
  const storedKey = { set: keys.set, kid: keys.kid, sealedJwk: keys.sealedJwk, createdAt: keys.createdAt };
  return {
    lowestPosition: query
      .select({ position: min(keys.position) })
      .from(keys)
      .where(inSet)
      .prepare('lowest position'),
    replace: query
      .update(keys)
      .set({ sealedJwk: given('sealedJwk', keys.sealedJwk), createdAt: given('createdAt', keys.createdAt) })
      .where(isKey)
      .returning({ kid: keys.kid })
      .prepare('replace key'),
    list: query.select(storedKey).from(keys).where(inSet).orderBy(asc(keys.position)).prepare('list keys'),
    listAll: query.select(storedKey).from(keys).orderBy(asc(keys.set), asc(keys.kid)).prepare('list all keys'),
    replaceSealed: query
      .update(keys)
      .set({ sealedJwk: given('sealedJwk', keys.sealedJwk) })
      .where(and(isKey, eq(keys.sealedJwk, given('expected', keys.sealedJwk))))
      .returning({ kid: keys.kid })
      .prepare('replace what is sealed'),
    find: query.select(storedKey).from(keys).where(isKey).prepare('find key'),
    removeSet: query.delete(keys).where(inSet).returning({ kid: keys.kid }).prepare('remove set'),
    remove: query.delete(keys).where(isKey).returning({ kid: keys.kid }).prepare('remove key'),
  };
};

/** An insertion is refused only if another one succeeded. So this many concurrent commands all succeed. */
const attempts = 100;

export class SqlKeyStore implements KeyStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async createSet(set: string, added: readonly StoredKey[]): Promise<'created' | 'exists'> {
    if ((await this.#lowestPosition(set)) !== null) return 'exists';
    // The first keys of every set end at position -1, so one of two concurrent creations is refused, even with other kids.
    return (await this.#insert(added, new Map())) ? 'created' : 'exists';
  }

  async add(added: readonly StoredKey[]): Promise<'added' | 'exists'> {
    const names = new Set(added.map(({ set, kid }) => JSON.stringify([set, kid])));
    if (names.size < added.length) return 'exists';
    const outcome = await this.#untilInserted(added, async () => {
      const found = await Promise.all(added.map(({ set, kid }) => this.find(set, kid)));
      return found.some((key) => key !== undefined) ? 'exists' : undefined;
    });
    return outcome ?? 'added';
  }

  async put(key: StoredKey): Promise<void> {
    await this.#untilInserted([key], async () => {
      const [replaced] = await this.#database.change(this.#statements().replace, { ...key });
      return replaced && 'replaced';
    });
  }

  async list(set: string): Promise<readonly StoredKey[]> {
    return this.#database.run(this.#statements().list, { set });
  }

  async find(set: string, kid: string): Promise<StoredKey | undefined> {
    const [key] = await this.#database.run(this.#statements().find, { set, kid });
    return key;
  }

  async listAll(): Promise<readonly StoredKey[]> {
    return this.#database.run(this.#statements().listAll);
  }

  async replaceSealed({ set, kid, sealedJwk }: StoredKey, expected: string): Promise<'replaced' | 'stale'> {
    const values = { set, kid, sealedJwk, expected };
    const [replaced] = await this.#database.change(this.#statements().replaceSealed, values);
    return replaced ? 'replaced' : 'stale';
  }

  async removeSet(set: string): Promise<number> {
    return (await this.#database.change(this.#statements().removeSet, { set })).length;
  }

  async remove(set: string, kid: string): Promise<boolean> {
    return (await this.#database.change(this.#statements().remove, { set, kid })).length > 0;
  }

  /** Returns undefined once the keys are stored, or the first result of `settle`. */
  async #untilInserted<Outcome>(
    added: readonly StoredKey[],
    settle: () => Promise<Outcome | undefined>,
  ): Promise<Outcome | undefined> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const outcome = await settle();
      if (outcome !== undefined || (await this.#insertFirst(added))) return outcome;
    }
    throw new Error('Too many commands add to the key set concurrently.');
  }

  /** Adds the keys before all others of their sets. */
  async #insertFirst(added: readonly StoredKey[]): Promise<boolean> {
    const lowest = new Map<string, number>();
    for (const { set } of added) lowest.set(set, (await this.#lowestPosition(set)) ?? 0);
    return this.#insert(added, lowest);
  }

  /** In the order given, right before the `lowest` position of each set; false if a concurrent command took a kid or position. */
  async #insert(added: readonly StoredKey[], lowest: Map<string, number>): Promise<boolean> {
    if (added.length === 0) return true;
    const rows = added.toReversed().map((key) => {
      const position = (lowest.get(key.set) ?? 0) - 1;
      lowest.set(key.set, position);
      return { ...key, position };
    });
    const { query, tables } = this.#database;
    const insertion = query.insert(tables.keys).values(rows).returning({ kid: tables.keys.kid });
    try {
      await this.#database.change(insertion.prepare('insert keys'));
      return true;
    } catch (error) {
      if (this.#database.isDuplicate(error)) return false;
      throw error;
    }
  }

  /** null when the set has no key. */
  async #lowestPosition(set: string): Promise<number | null> {
    const [lowest] = await this.#database.run(this.#statements().lowestPosition, { set });
    return lowest?.position ?? null;
  }
}
