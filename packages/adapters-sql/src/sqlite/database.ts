// One SQLite file, with better-sqlite3. The driver is synchronous, so other requests cannot interrupt a command of several
// statements; other processes that have the file open wait for the lock.
import SqliteClient, { type Database as Client } from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { ExecuteResultSync } from 'drizzle-orm/sqlite-core';
import type { Database, Lockable, QueryBuilder, Statement, Values } from '../shared/database.ts';
import type { Tables } from '../shared/tables.ts';
import { busyInsideMs, isBusy, unlessBusyFor } from './busy.ts';
import { sqliteCode, storeFailure } from './failures.ts';
import type { SqliteFile } from './file.ts';
import { tables } from './schema.ts';
import { SharedCommit } from './shared-commit.ts';
import type { Step, Steps } from './steps.ts';

/** `file`: a path, or `:memory:`. `nativeBinding`: the driver's addon, if the driver must not search for it. */
export const openSqliteFile = (file: string, nativeBinding?: object): Client => {
  // The driver takes a loaded addon, but its types know only the path of one.
  const addon = nativeBinding ? { nativeBinding: nativeBinding as unknown as string } : {};
  const client = new SqliteClient(file, { timeout: busyInsideMs, ...addon });
  try {
    client.pragma('journal_mode = WAL');
    // Committed changes must survive a power cut: in WAL mode only FULL syncs at every commit.
    client.pragma('synchronous = FULL');
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
};

export class SqliteDatabase implements Database {
  readonly query: QueryBuilder;
  readonly tables: Tables = tables;
  readonly #commits: SharedCommit;
  readonly #file: SqliteFile;
  readonly #busyMs: number;

  /** `busyMs`: how long a command waits for another process that writes. */
  constructor(client: Client, file: SqliteFile, busyMs: number) {
    this.#commits = new SharedCommit(client, file, busyMs);
    this.#file = file;
    this.#busyMs = busyMs;
    // The stores are written against Postgres' types. Both builders have the methods that the stores use, and the contract
    // runs on both.
    const query: unknown = drizzle({ client });
    this.query = query as QueryBuilder;
  }

  async run<Row>(statement: Statement<Row>, values: Values = {}): Promise<Row[]> {
    this.#file.demandSometimes();
    try {
      return this.#rows(statement, values);
    } catch (error) {
      // A reader only waits while another process repairs or vacuums the file.
      if (!isBusy(error)) throw storeFailure(error);
    }
    return this.waitingForLock(() => this.#rows(statement, values));
  }

  change<Row>(statement: Statement<Row>, values: Values = {}): Promise<Row[]> {
    return this.#commits.join(() => this.#rows(statement, values));
  }

  /** Runs all steps in one transaction. If one fails, none takes effect. */
  atomically<Result>(steps: Steps<Result>): Promise<Result> {
    return this.#commits.join(() => this.#commits.undoOnFailure(() => this.#drive(steps)));
  }

  /** Repeats a command while another process writes. Rejects with StoreUnavailable when that takes too long. */
  async waitingForLock<T>(command: () => T): Promise<T> {
    try {
      return await unlessBusyFor(this.#busyMs, command);
    } catch (error) {
      throw storeFailure(error);
    }
  }

  /** Commits the waiting commands. */
  settle(): Promise<void> {
    return this.#commits.settle();
  }

  /** SQLite has a single writer, so nobody else can lock a row. */
  locking<Selection extends Lockable>(selection: Selection): Selection {
    return selection;
  }

  lockingFree<Selection extends Lockable>(selection: Selection): Selection {
    return selection;
  }

  isDuplicate(error: unknown): boolean {
    const code = sqliteCode(error);
    return code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE';
  }

  #drive<Result>(steps: Steps<Result>): Result {
    let next: IteratorResult<Step, Result> = steps.next();
    while (!next.done) next = steps.next(this.#rows(next.value.statement, next.value.values));
    return next.value;
  }

  #rows<Row>(statement: Statement<Row>, values: Values): Row[] {
    const result: unknown = statement.execute(values);
    if (!(result instanceof ExecuteResultSync)) throw new TypeError('The statement belongs to another database.');
    return result.sync();
  }
}
