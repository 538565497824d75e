// Commands of several statements, for a database whose driver is synchronous and that has one writer.
import type { Statement, Values } from '../shared/database.ts';

/** One statement of a command that needs several. */
export interface Step {
  readonly statement: Statement<unknown>;
  readonly values: Values;
}

/**
 * A command of several statements, written as a generator: it hands out each step and is handed back its rows. So it runs
 * without ever giving up control inside a transaction: other requests' statements cannot slip in.
 */
export type Steps<Result> = Generator<Step, Result, unknown>;

export function* step<Row>(statement: Statement<Row>, values: Values): Generator<Step, Row[], unknown> {
  return (yield { statement, values }) as Row[];
}
