// Counts the rows that commands read, by the counters of the server. A busy machine does not affect this measure.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stores } from '@claviger/core';
import type postgres from 'postgres';
import { openPostgresStores } from '../../src/index.ts';

export interface RowsRead {
  /** By the index that found them or the table that was scanned. */
  readonly where: Readonly<Record<string, number>>;
  readonly total: number;
}

/** Stores on one connection, so that every statement is prepared there. */
export class WatchedStores {
  readonly stores: Stores;
  readonly #admin: postgres.Sql;
  readonly #name: string;
  readonly #close: () => Promise<void>;

  private constructor(admin: postgres.Sql, name: string, stores: Stores, close: () => Promise<void>) {
    this.#admin = admin;
    this.#name = name;
    this.stores = stores;
    this.#close = close;
  }

  static async open(admin: postgres.Sql, url: string, name: string): Promise<WatchedStores> {
    const { stores, close } = await openPostgresStores({ url: `${url}?application_name=${name}`, poolSize: 1 });
    return new WatchedStores(admin, name, stores, close);
  }

  async close(): Promise<void> {
    await this.#close();
    while ((await this.#connections()) > 0) await sleep(10);
  }

  /** Closes the stores, because the server's counts are complete only then. No one else may read during the call. */
  async rowsReadBy(work: () => Promise<unknown>): Promise<RowsRead> {
    const before = await this.#counters();
    await work();
    await this.close();
    const after = await this.#counters();
    const rows = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
    const where = Object.fromEntries(rows.filter(([, count]) => count > 0));
    return { where, total: rows.reduce((sum, [, count]) => sum + count, 0) };
  }

  async #connections(): Promise<number> {
    const rows = await this.#admin`SELECT pid FROM pg_stat_activity WHERE application_name = ${this.#name}`;
    return rows.length;
  }

  async #counters(): Promise<Map<string, number>> {
    const rows = await this.#admin<{ name: string; count: number }[]>`
      SELECT indexrelname AS name, idx_tup_read::int AS count FROM pg_stat_user_indexes
      UNION ALL SELECT relname, seq_tup_read::int FROM pg_stat_user_tables`;
    return new Map(rows.map(({ name, count }) => [name, count]));
  }
}
