// ClaimStore in one table. One statement decides: it inserts the claim, or takes over one that is over or the holder's own.
import type { Claim, ClaimStore, EpochSeconds } from '@claviger/core';
import { lte, sql } from 'drizzle-orm';
import { type Database, once } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import { removeSome } from '../removal.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { claims } = tables;
  return {
    claim: query
      .insert(claims)
      .values(givenRow(claims))
      .onConflictDoUpdate({
        target: claims.name,
        set: { holder: given('holder', claims.holder), until: given('until', claims.until) },
        setWhere: sql`${claims.until} <= ${now} or ${claims.holder} = ${given('holder', claims.holder)}`,
      })
      .returning({ name: claims.name })
      .prepare('claim'),
    removeExpired: removeSome(database, {
      table: claims,
      key: claims.name,
      which: lte(claims.until, now),
      limit: sql.placeholder('limit'),
    }),
  };
};

export class SqlClaimStore implements ClaimStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async claim(claim: Claim, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.change(this.#statements().claim, { ...claim, now })).length > 0;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#statements().removeExpired, { now, limit })).length;
  }
}
