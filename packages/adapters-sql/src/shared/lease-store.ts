// LeaseStore in one table. One statement decides: it inserts the lease, or updates one that has ended or is the holder's own.
import type { EpochSeconds, Lease, LeaseStore } from '@claviger/core';
import { lte, sql } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { given, givenRow } from './placeholders.ts';
import { removeSome } from './removal.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { leases } = tables;
  return {
    acquire: query
      .insert(leases)
      .values(givenRow(leases))
      .onConflictDoUpdate({
        target: leases.name,
        set: { holder: given('holder', leases.holder), until: given('until', leases.until) },
        setWhere: sql`${leases.until} <= ${now} or ${leases.holder} = ${given('holder', leases.holder)}`,
      })
      .returning({ name: leases.name })
      .prepare('acquire lease'),
    removeExpired: removeSome(database, {
      table: leases,
      key: leases.name,
      which: lte(leases.until, now),
      limit: sql.placeholder('limit'),
    }),
  };
};

export class SqlLeaseStore implements LeaseStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async acquire(lease: Lease, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.change(this.#statements().acquire, { ...lease, now })).length > 0;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#statements().removeExpired, { now, limit })).length;
  }
}
