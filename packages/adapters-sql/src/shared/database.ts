// What the stores ask of a database, the same for a driver that answers at once (SQLite) and one that answers later.
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Tables } from '../postgres/schema.ts';

/** Builds queries. Statements are prepared with it, and run by the database. */
export type QueryBuilder = PgDatabase<PgQueryResultHKT>;

/** A prepared statement. Those that change rows end in RETURNING, so that every statement answers with rows. */
export interface Statement<Row> {
  execute(values?: Values): PromiseLike<Row[]>;
}

/** Answers with one row for each row that it changed. */
export type Changed = Statement<Readonly<Record<string, unknown>>>;

/** Values for a statement's placeholders, by name. */
export type Values = Record<string, unknown>;

/** A selection of rows that the same statement is going to change or remove. */
export interface Lockable {
  for(strength: 'update', config?: { skipLocked: true }): unknown;
}

export interface Database {
  readonly query: QueryBuilder;
  readonly tables: Tables;
  /** Runs one statement that only reads. Rejects with StoreUnavailable when the database is away. */
  run<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]>;
  /** Runs one statement that changes rows, and is atomic by itself: resolves once that is safe on the disk. Rejects as `run`. */
  change<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]>;
  /** Keeps others away from the selected rows; waits for those that others hold, in the order of the selection. */
  locking<Selection extends Lockable>(selection: Selection): Selection;
  /** As `locking`, but leaves out the rows that others hold: for work that can be done later as well. */
  lockingFree<Selection extends Lockable>(selection: Selection): Selection;
  /** Whether a statement was refused because a row is there that may be there only once. */
  isDuplicate(error: unknown): boolean;
}

/** Statements are prepared when they are first needed, because their tables may not be there before the migration. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
