// Whether a database's schema and this version of the code fit together. Decided here for every database.
import type { Migration } from './migration-files.ts';

export interface SchemaStatus {
  /** Names of the migrations that the database has, oldest first. */
  readonly applied: readonly string[];
  /** Names of those that it lacks. */
  readonly pending: readonly string[];
  /** Whether the stores can use the schema as it is. */
  readonly usable: boolean;
  /** Why not, and what to do about it. */
  readonly problem?: string;
}

export interface MigrationReport {
  /** Names of the migrations that were applied now, or would be; empty when the schema is up to date. */
  readonly applied: readonly string[];
  /** The schema version that the database has afterwards. */
  readonly version: number;
  /** The SQL that was run, or would be. Running it with another tool has the same effect. Empty if the schema is up to date. */
  readonly sql: string;
}

/** The database and this version of the code do not fit together. Nothing was changed. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

export type AppliedMigration = Omit<Migration, 'sql'>;

export interface Comparison {
  readonly status: SchemaStatus;
  readonly pending: readonly Migration[];
  /** A problem that no migration can fix. */
  readonly mismatch: string | undefined;
}

export const compareSchema = (applied: readonly AppliedMigration[], known: readonly Migration[]): Comparison => {
  const pending = known.slice(applied.length);
  const mismatch = applied.map((one, index) => faultOf(one, known[index], known.length)).find((fault) => fault);
  const missing = pending.map(({ name }) => name);
  const problem =
    mismatch ??
    (missing.length > 0 ? `The database lacks ${missing.join(', ')}: it must be migrated first.` : undefined);
  return {
    pending,
    mismatch,
    status: {
      applied: applied.map(({ name }) => name),
      pending: missing,
      usable: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    },
  };
};

const faultOf = (applied: AppliedMigration, known: Migration | undefined, newest: number): string | undefined => {
  if (!known) {
    return applied.compatibleFrom <= newest
      ? undefined
      : `The database has schema version ${applied.version} (${applied.name}), which needs software that knows version ` +
          `${applied.compatibleFrom}; this one knows version ${newest}. Start the newer software again, or restore a ` +
          'backup from before its first start.';
  }
  return applied.version === known.version && applied.checksum === known.checksum
    ? undefined
    : `Migration ${applied.name} was applied to the database with other contents (SHA-256 ${applied.checksum}) than ` +
        `${known.name} has in this software (${known.checksum}). Applied migrations must never be edited.`;
};

/** One row for each migration that was applied. Times are seconds since 1970. */
export const createMigrationsTable = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version integer NOT NULL PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  compatible_from integer NOT NULL,
  applied_at bigint NOT NULL
);
`;

export const selectApplied = 'SELECT version, name, checksum, compatible_from FROM schema_migrations ORDER BY version';

/** The statement that records a migration; `now` is an SQL expression. Names and checksums contain no quotes. */
export const recordOf = ({ version, name, checksum, compatibleFrom }: Migration, now: string): string =>
  `INSERT INTO schema_migrations (version, name, checksum, compatible_from, applied_at)\n` +
  `  VALUES (${version}, '${name}', '${checksum}', ${compatibleFrom}, ${now});\n`;
