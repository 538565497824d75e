// Commands of several statements, for a database with a synchronous driver and a single writer.
import type { Statement, Values } from '../shared/database.ts';

/** One statement of a command that needs several. */
export interface Step {
  readonly statement: Statement<unknown>;
  readonly values: Values;
}

/**
 * A command of several statements, as a generator: it yields each step and receives its rows. It never yields to the event
 * loop inside a transaction, so statements of other requests cannot interleave.
 */
export type Steps<Result> = Generator<Step, Result, unknown>;

export function* step<Row>(statement: Statement<Row>, values: Values): Generator<Step, Row[], unknown> {
  return (yield { statement, values }) as Row[];
}
