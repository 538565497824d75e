// One SQLite file through better-sqlite3. The driver is synchronous: nothing else of this process runs inside a
// transaction, and other processes that have the file open wait for the lock.
import SqliteClient, { type Database as Client } from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { ExecuteResultSync } from 'drizzle-orm/sqlite-core';
import type { Database, Statement, Step, Steps, Values } from './database.ts';

/** Builds queries. Statements are prepared with it, and run by SqliteDatabase. */
export type QueryBuilder = ReturnType<typeof queryBuilder>;

const queryBuilder = (client: Client) => drizzle({ client });

/** A path, or `:memory:`. */
export const openSqliteFile = (file: string, busyTimeoutMs: number): Client => {
  const client = new SqliteClient(file, { timeout: busyTimeoutMs });
  try {
    client.pragma('journal_mode = WAL');
    // What was answered must survive a power cut: in WAL mode only FULL syncs at every commit.
    client.pragma('synchronous = FULL');
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
};

export class SqliteDatabase implements Database {
  readonly query: QueryBuilder;
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    this.query = queryBuilder(client);
  }

  async run<Row>(statement: Statement<Row>, values: Values = {}): Promise<Row[]> {
    return this.#rows(statement, values);
  }

  async atomically<Result>(steps: Steps<Result>): Promise<Result> {
    return this.#client.transaction(() => this.#drive(steps)).immediate();
  }

  #drive<Result>(steps: Steps<Result>): Result {
    let next: IteratorResult<Step, Result> = steps.next();
    while (!next.done) next = steps.next(this.#rows(next.value.statement, next.value.values));
    return next.value;
  }

  #rows<Row>(statement: Statement<Row>, values: Values): Row[] {
    const result = statement.execute(values);
    if (!(result instanceof ExecuteResultSync)) throw new TypeError('The statement belongs to another database.');
    return result.sync();
  }
}
