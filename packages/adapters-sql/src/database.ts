// What the stores ask of a database, the same for a driver that answers at once (SQLite) and one that answers later.

/** A prepared statement. Those that change rows end in RETURNING, so that every statement answers with rows. */
export interface Statement<Row> {
  execute(values?: Values): PromiseLike<Row[]>;
}

/** Values for a statement's placeholders, by name. */
export type Values = Record<string, unknown>;

/** One statement of a command that needs several. */
export interface Step {
  readonly statement: Statement<unknown>;
  readonly values: Values;
}

/**
 * A command of several statements, written as a generator: it hands out each step and is handed back its rows. So the
 * command is written once, and a database whose driver is synchronous can run it without ever giving up control inside
 * a transaction: other requests' statements cannot slip in.
 */
export type Steps<Result> = Generator<Step, Result, unknown>;

export interface Database {
  /** Runs one statement, which is atomic by itself. */
  run<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]>;
  /** Runs all the steps or, when one fails, none. */
  atomically<Result>(steps: Steps<Result>): Promise<Result>;
}

export function* step<Row>(statement: Statement<Row>, values: Values): Generator<Step, Row[], unknown> {
  return (yield { statement, values }) as Row[];
}

/** Statements are prepared when they are first needed, because their tables may not be there before the migration. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
