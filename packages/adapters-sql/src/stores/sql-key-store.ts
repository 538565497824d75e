// KeyStore in one table. Ascending position is the order of a set; additions take positions below all others.
import type { KeyStore, StoredKey } from '@claviger/core';
import { and, asc, eq, min, sql } from 'drizzle-orm';
import { once, type Steps, step } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import { keys } from '../schema/sqlite.ts';
import type { QueryBuilder, SqliteDatabase } from '../sqlite-database.ts';

const inSet = eq(keys.set, sql.placeholder('set'));
const isKey = and(inSet, eq(keys.kid, sql.placeholder('kid')));
const storedKey = { set: keys.set, kid: keys.kid, sealedJwk: keys.sealedJwk, createdAt: keys.createdAt };

const prepare = (query: QueryBuilder) => ({
  insert: query.insert(keys).values(givenRow(keys)).returning({ kid: keys.kid }).prepare(),
  lowestPosition: query
    .select({ position: min(keys.position) })
    .from(keys)
    .where(inSet)
    .prepare(),
  replace: query
    .update(keys)
    .set({ sealedJwk: given('sealedJwk', keys.sealedJwk), createdAt: given('createdAt', keys.createdAt) })
    .where(isKey)
    .returning({ kid: keys.kid })
    .prepare(),
  list: query.select(storedKey).from(keys).where(inSet).orderBy(asc(keys.position)).prepare(),
  find: query.select(storedKey).from(keys).where(isKey).prepare(),
  removeSet: query.delete(keys).where(inSet).returning({ kid: keys.kid }).prepare(),
  remove: query.delete(keys).where(isKey).returning({ kid: keys.kid }).prepare(),
});

export class SqlKeyStore implements KeyStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepare(database.query));
  }

  async createSet(set: string, added: readonly StoredKey[]): Promise<'created' | 'exists'> {
    return this.#database.atomically(this.#createSet(set, added));
  }

  async add(added: readonly StoredKey[]): Promise<'added' | 'exists'> {
    return this.#database.atomically(this.#add(added));
  }

  async put(key: StoredKey): Promise<void> {
    await this.#database.atomically(this.#put(key));
  }

  async list(set: string): Promise<readonly StoredKey[]> {
    return this.#database.run(this.#statements().list, { set });
  }

  async find(set: string, kid: string): Promise<StoredKey | undefined> {
    const [key] = await this.#database.run(this.#statements().find, { set, kid });
    return key;
  }

  async removeSet(set: string): Promise<number> {
    return (await this.#database.run(this.#statements().removeSet, { set })).length;
  }

  async remove(set: string, kid: string): Promise<boolean> {
    return (await this.#database.run(this.#statements().remove, { set, kid })).length > 0;
  }

  *#createSet(set: string, added: readonly StoredKey[]): Steps<'created' | 'exists'> {
    if ((yield* this.#lowestPosition(set)) !== null) return 'exists';
    yield* this.#insert(added);
    return 'created';
  }

  *#add(added: readonly StoredKey[]): Steps<'added' | 'exists'> {
    const names = new Set(added.map(({ set, kid }) => JSON.stringify([set, kid])));
    if (names.size < added.length) return 'exists';
    for (const { set, kid } of added) {
      const [taken] = yield* step(this.#statements().find, { set, kid });
      if (taken) return 'exists';
    }
    yield* this.#insert(added);
    return 'added';
  }

  *#put(key: StoredKey): Steps<void> {
    const [replaced] = yield* step(this.#statements().replace, { ...key });
    if (!replaced) yield* this.#insert([key]);
  }

  /** The last goes in first, so that each takes the place before its successor. */
  *#insert(added: readonly StoredKey[]): Steps<void> {
    for (const key of added.toReversed()) {
      const lowest = yield* this.#lowestPosition(key.set);
      yield* step(this.#statements().insert, { ...key, position: (lowest ?? 0) - 1 });
    }
  }

  /** null when the set has no key. */
  *#lowestPosition(set: string): Steps<number | null> {
    const [lowest] = yield* step(this.#statements().lowestPosition, { set });
    return lowest?.position ?? null;
  }
}
