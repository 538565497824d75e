// Postgres as the stores see it. drizzle writes the SQL and reads the rows; the pool runs it, prepared once for each
// connection. Every command is one statement at a time: no BEGIN, no COMMIT, no round trip more than it has statements.
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pg-proxy';
import type { Database, Lockable, QueryBuilder, Statement, Values } from '../shared/database.ts';
import { isUniqueViolation } from './failures.ts';
import type { PostgresPool } from './pool.ts';
import * as schema from './schema.ts';

export class PostgresDatabase implements Database {
  readonly query: QueryBuilder;
  readonly tables: schema.Tables = schema;

  constructor(pool: Pick<PostgresPool, 'rows'>) {
    this.query = drizzle(async (text, parameters) => ({ rows: await pool.rows(text, parameters) }));
  }

  async run<Row>(statement: Statement<Row>, values: Values = {}): Promise<Row[]> {
    try {
      return await statement.execute(values);
    } catch (error) {
      // drizzle's own error repeats the statement's parameters in its message.
      throw error instanceof DrizzleQueryError ? error.cause : error;
    }
  }

  /** Each statement is a transaction of its own. */
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
