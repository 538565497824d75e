// Removing rows by a condition, at most so many at a time.
import { inArray, type Placeholder, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Changed, Database } from './database.ts';
import type { Tables } from './schema/postgres.ts';

export interface Removal {
  readonly table: Tables['consents'] | Tables['flows'] | Tables['leases'] | Tables['loginSessions'];
  /** The table's primary key. */
  readonly key: PgColumn;
  readonly which: SQL | undefined;
  readonly limit: number | Placeholder;
  /** Waits for rows that others are just changing; otherwise they are left for the next time. */
  readonly eager?: boolean;
}

/**
 * The rows are chosen and locked once, in a part of its own (WITH), and then removed: a choice inside the condition could
 * be made again for every row, and remove more than `limit`.
 */
export const removeSome = (database: Database, { table, key, which, limit, eager = false }: Removal): Changed => {
  const { query } = database;
  const selection = query.select({ key }).from(table).where(which).limit(limit);
  const chosen = query.$with('chosen').as(eager ? database.locking(selection) : database.lockingFree(selection));
  return query
    .with(chosen)
    .delete(table)
    .where(inArray(key, query.select().from(chosen)))
    .returning({ key })
    .prepare('remove some');
};

const batch = 10_000;

/**
 * What a client or a subject has may be millions of rows: more than one statement can change within its time. Repeats
 * until a batch is not full; returns how many rows it were together.
 */
export const inBatches = async (run: (limit: number) => Promise<number>): Promise<number> => {
  let total = 0;
  for (;;) {
    const changed = await run(batch);
    total += changed;
    if (changed < batch) return total;
  }
};
