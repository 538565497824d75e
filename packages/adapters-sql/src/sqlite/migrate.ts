// Brings an SQLite file to the schema of this version of the code, or refuses. One transaction holds the write lock from
// the first read to the last statement: of two processes that start concurrently, the second has nothing left to do.
import type { Database as Client } from 'better-sqlite3';
import type { Migration } from '../migrations/migration-files.ts';
import {
  type AppliedMigration,
  compareSchema,
  createMigrationsTable,
  type MigrationReport,
  recordOf,
  SchemaMismatch,
  type SchemaStatus,
  selectApplied,
} from '../migrations/schema-status.ts';

interface Row {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly compatible_from: number;
}

const readApplied = (client: Client): readonly AppliedMigration[] => {
  const table = client.prepare("SELECT name FROM sqlite_master WHERE name = 'schema_migrations'").get();
  if (!table) return [];
  return client
    .prepare<[], Row>(selectApplied)
    .all()
    .map(({ compatible_from: compatibleFrom, ...row }) => ({ ...row, compatibleFrom }));
};

export const sqliteSchemaStatus = (client: Client, migrations: readonly Migration[]): SchemaStatus =>
  compareSchema(readApplied(client), migrations).status;

export const migrateSqlite = (client: Client, migrations: readonly Migration[], dryRun = false): MigrationReport => {
  const bringUpToDate = (): MigrationReport => {
    const applied = readApplied(client);
    const { pending, mismatch } = compareSchema(applied, migrations);
    if (mismatch !== undefined) throw new SchemaMismatch(mismatch);
    const parts = pending.map((migration) => `${migration.sql}\n${recordOf(migration, 'unixepoch()')}`);
    const sql = parts.length === 0 ? '' : [createMigrationsTable, ...parts].join('\n');
    if (!dryRun && sql !== '') client.exec(sql);
    return {
      applied: pending.map(({ name }) => name),
      version: Math.max(applied.length, migrations.length),
      sql: sql === '' ? '' : `BEGIN IMMEDIATE;\n${sql}COMMIT;\n`,
    };
  };
  return client.transaction(bringUpToDate).immediate();
};
