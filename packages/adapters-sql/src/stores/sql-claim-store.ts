// ClaimStore in one table. One statement decides: it inserts the claim, or takes over one that is over or the holder's own.
import type { Claim, ClaimStore, EpochSeconds } from '@claviger/core';
import { inArray, lte, sql } from 'drizzle-orm';
import { once } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import { claims } from '../schema/sqlite.ts';
import type { QueryBuilder, SqliteDatabase } from '../sqlite-database.ts';

const prepare = (query: QueryBuilder) => ({
  claim: query
    .insert(claims)
    .values(givenRow(claims))
    .onConflictDoUpdate({
      target: claims.name,
      set: { holder: given('holder', claims.holder), until: given('until', claims.until) },
      setWhere: sql`${claims.until} <= ${sql.placeholder('now')} or ${claims.holder} = ${sql.placeholder('holder')}`,
    })
    .returning({ name: claims.name })
    .prepare(),
  removeExpired: query
    .delete(claims)
    .where(
      inArray(
        claims.name,
        query
          .select({ name: claims.name })
          .from(claims)
          .where(lte(claims.until, sql.placeholder('now')))
          .limit(sql.placeholder('limit')),
      ),
    )
    .returning({ name: claims.name })
    .prepare(),
});

export class SqlClaimStore implements ClaimStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepare(database.query));
  }

  async claim(claim: Claim, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.run(this.#statements().claim, { ...claim, now })).length > 0;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.run(this.#statements().removeExpired, { now, limit })).length;
  }
}
