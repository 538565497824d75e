// Brings an SQLite file to the schema of this version of the code, or refuses. One transaction holds the write lock from
// the first look to the last statement: of two processes that start at once, the second finds everything done.
import type { Database as Client } from 'better-sqlite3';
import type { Migration } from './migration-files.ts';

export interface MigrationReport {
  /** Names of the migrations that were applied now; empty when the schema was up to date. */
  readonly applied: readonly string[];
  /** The schema version that the database has from now on. */
  readonly version: number;
}

export interface SchemaStatus {
  /** Names of the migrations that the database has, in order. */
  readonly applied: readonly string[];
  /** Those it lacks, in order. */
  readonly pending: readonly Migration[];
  /** Why this version of the code can never work on what is applied; null when nothing but the pending ones is missing. */
  readonly mismatch: SchemaMismatch | null;
}

/** The database and this version of the code do not fit together. Nothing was changed. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

const createTable = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT`;

export const migrateSqlite = (client: Client, migrations: readonly Migration[]): MigrationReport => {
  const applyAll = (): MigrationReport => {
    client.exec(createTable);
    const done = readApplied(client);
    checkAll(done, migrations);
    const pending = migrations.slice(done.length);
    const record = client.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)');
    for (const { version, name, sql, checksum } of pending) {
      client.exec(sql);
      record.run(version, name, checksum, Math.floor(Date.now() / 1000));
    }
    return { applied: pending.map(({ name }) => name), version: migrations.length };
  };
  return client.transaction(applyAll).immediate();
};

/** Changes nothing. */
export const sqliteSchemaStatus = (client: Client, migrations: readonly Migration[]): SchemaStatus => {
  const isNew = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get() === undefined;
  const done = isNew ? [] : readApplied(client);
  return {
    applied: done.map(({ name }) => name),
    pending: migrations.slice(done.length),
    mismatch: mismatchOf(done, migrations),
  };
};

const readApplied = (client: Client): readonly AppliedMigration[] =>
  client.prepare<[], AppliedMigration>('SELECT version, name, checksum FROM schema_migrations ORDER BY version').all();

const mismatchOf = (done: readonly AppliedMigration[], migrations: readonly Migration[]): SchemaMismatch | null => {
  try {
    checkAll(done, migrations);
    return null;
  } catch (error) {
    if (error instanceof SchemaMismatch) return error;
    throw error;
  }
};

const checkAll = (done: readonly AppliedMigration[], migrations: readonly Migration[]): void => {
  done.forEach((applied, index) => {
    checkApplied(applied, migrations[index], migrations.length);
  });
};

const checkApplied = (applied: AppliedMigration, known: Migration | undefined, newest: number): void => {
  if (!known) {
    throw new SchemaMismatch(
      `The database has schema version ${applied.version} (${applied.name}), newer than version ${newest} that this ` +
        'software knows. Start the newer software again, or restore a backup from before its first start.',
    );
  }
  if (applied.version !== known.version || applied.checksum !== known.checksum) {
    throw new SchemaMismatch(
      `Migration ${applied.name} was applied to the database with other contents (SHA-256 ${applied.checksum}) than ` +
        `${known.name} has in this software (${known.checksum}). Applied migrations must never be edited.`,
    );
  }
};
