// What the shared stores need from a database, for a synchronous driver (SQLite) and an asynchronous one (Postgres).
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Tables } from './tables.ts';

/** Builds queries. Statements are prepared with it, and run by the database. */
export type QueryBuilder = PgDatabase<PgQueryResultHKT>;

/** A prepared statement. Those that change rows end in RETURNING, so every statement returns rows. */
export interface Statement<Row> {
  execute(values?: Values): PromiseLike<Row[]>;
}

/** Returns one row for each row that it changed. */
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
  /** Runs one statement that only reads. Rejects with StoreUnavailable when the database is unavailable. */
  run<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]>;
  /** Runs one statement that changes rows, atomically. Resolves when the change is on disk. Rejects as `run`. */
  change<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]>;
  /** Locks the selected rows. Waits for those that others have locked, in the order of the selection. */
  locking<Selection extends Lockable>(selection: Selection): Selection;
  /** Like `locking`, but skips rows that others have locked, for work that can be done later. */
  lockingFree<Selection extends Lockable>(selection: Selection): Selection;
  /** Whether a statement was refused because a row with the same unique key exists. */
  isDuplicate(error: unknown): boolean;
}

/** Prepares statements when they are first needed: before the migration, their tables may not exist. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
