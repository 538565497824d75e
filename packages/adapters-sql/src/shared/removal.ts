// Removes rows that match a condition, up to a limit.
import { inArray, type Placeholder, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Changed, Database } from './database.ts';
import type { Tables } from './tables.ts';

export interface Removal {
  readonly table: Tables['consents'] | Tables['flows'] | Tables['leases'] | Tables['loginSessions'];
  /** The table's primary key. */
  readonly key: PgColumn;
  readonly which: SQL | undefined;
  readonly limit: number | Placeholder;
  /** Waits for rows that other transactions have locked. Otherwise skips them; the next call removes them. */
  readonly eager?: boolean;
}

/**
 * A common table expression selects and locks the rows once, and the statement then removes them. Postgres may evaluate a
 * subquery in the condition again for every row, and remove more than `limit`.
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
 * A client or a subject can have millions of rows, too many for one statement and its time limit. Repeats until a batch is
 * not full. Returns the number of rows in all batches.
 */
export const inBatches = async (run: (limit: number) => Promise<number>): Promise<number> => {
  let total = 0;
  for (;;) {
    const changed = await run(batch);
    total += changed;
    if (changed < batch) return total;
  }
};
