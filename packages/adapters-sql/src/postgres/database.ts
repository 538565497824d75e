// The Database of the shared stores, on Postgres. drizzle writes the SQL and reads the rows; the pool runs the statements,
// each prepared once per connection. Commands use no BEGIN and COMMIT: a statement is one round trip.
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pg-proxy';
import type { Database, Lockable, QueryBuilder, Statement, Values } from '../shared/database.ts';
import type { Tables } from '../shared/tables.ts';
import { isUniqueViolation } from './failures.ts';
import type { PostgresPool } from './pool.ts';
import { tables } from './schema.ts';

export class PostgresDatabase implements Database {
  readonly query: QueryBuilder;
  readonly tables: Tables = tables;

  constructor(pool: Pick<PostgresPool, 'rows'>) {
    this.query = drizzle(async (text, parameters) => ({ rows: await pool.rows(text, parameters) }));
  }

  async run<Row>(statement: Statement<Row>, values: Values = {}): Promise<Row[]> {
    try {
      return await statement.execute(values);
    } catch (error) {
      // The message of drizzle's error contains the statement's parameters, which may be secret.
      throw error instanceof DrizzleQueryError ? error.cause : error;
    }
  }

  /** Each statement is its own transaction. */
  change<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]> {
    return this.run(statement, values);
  }

  locking<Selection extends Lockable>(selection: Selection): Selection {
    selection.for('update');
    return selection;
  }

  lockingFree<Selection extends Lockable>(selection: Selection): Selection {
    selection.for('update', { skipLocked: true });
    return selection;
  }

  isDuplicate(error: unknown): boolean {
    return isUniqueViolation(error);
  }
}
