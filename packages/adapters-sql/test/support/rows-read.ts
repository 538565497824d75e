// Counts the rows that commands read, by the counters of the server. A busy machine does not affect this measure.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stores } from '@claviger/core';
import postgres from 'postgres';
import { openPostgresStores } from '../../src/index.ts';

type OpenedPostgresStores = Awaited<ReturnType<typeof openPostgresStores>>;

/** A table that a connection reads to tell that the counts before it have arrived. */
const probe = 'counts_have_arrived';

export interface RowsRead {
  /** By the index that found them or the table that was scanned. */
  readonly where: Readonly<Record<string, number>>;
  readonly total: number;
}

/** Stores on one connection, so that every statement is prepared there. */
export class WatchedStores {
  readonly stores: Stores;
  readonly #admin: postgres.Sql;
  readonly #url: string;
  readonly #name: string;
  readonly #close: () => Promise<void>;

  private constructor(
    admin: postgres.Sql,
    url: string,
    name: string,
    { stores, close }: Pick<OpenedPostgresStores, 'stores' | 'close'>,
  ) {
    this.#admin = admin;
    this.#url = url;
    this.#name = name;
    this.stores = stores;
    this.#close = close;
  }

  static async open(admin: postgres.Sql, url: string, name: string): Promise<WatchedStores> {
    const opened = await openPostgresStores({ url: `${url}?application_name=${name}`, poolSize: 1 });
    return new WatchedStores(admin, url, name, opened);
  }

  async close(): Promise<void> {
    await this.#close();
    while ((await this.#connections()) > 0) await sleep(10);
  }

  /** Closes the stores, because the server's counts are complete only then. No one else may read during the call. */
  async rowsReadBy(work: () => Promise<unknown>): Promise<RowsRead> {
    const before = await this.#settledCounters();
    await work();
    await this.close();
    const after = await this.#settledCounters();
    const rows = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
    const where = Object.fromEntries(rows.filter(([, count]) => count > 0));
    return { where, total: rows.reduce((sum, [, count]) => sum + count, 0) };
  }

  async #connections(): Promise<number> {
    const rows = await this.#admin`SELECT pid FROM pg_stat_activity WHERE application_name = ${this.#name}`;
    return rows.length;
  }

  /**
   * Before Postgres 15 a collector receives the counts later, in the order in which connections send them. So the counts
   * are complete when those of a connection that ended last are there.
   */
  async #settledCounters(): Promise<Map<string, number>> {
    await this.#admin`CREATE TABLE IF NOT EXISTS ${this.#admin(probe)} AS SELECT 1 AS one`;
    const scans = async (): Promise<number> => (await this.#counters()).get(probe) ?? 0;
    const before = await scans();
    const last = postgres(this.#url, { max: 1 });
    await last`SELECT one FROM ${last(probe)}`;
    await last.end();
    while ((await scans()) <= before) await sleep(10);
    const counters = await this.#counters();
    counters.delete(probe);
    return counters;
  }

  async #counters(): Promise<Map<string, number>> {
    const rows = await this.#admin<{ name: string; count: number }[]>`
      SELECT indexrelname AS name, idx_tup_read::int AS count FROM pg_stat_user_indexes
      UNION ALL SELECT relname, seq_tup_read::int FROM pg_stat_user_tables`;
    return new Map(rows.map(({ name, count }) => [name, count]));
  }
}
