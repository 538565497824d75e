// Every port in one SQLite file.
import { migrateSqlite, sqliteSchemaStatus } from './migrate-sqlite.ts';
import { type MigrationFiles, migrationFilesOf, migrationsIn } from './migration-files.ts';
import { type SqlStores, storesOn } from './sql-stores.ts';
import { unlessBusyFor } from './sqlite-busy.ts';
import { openSqliteFile, SqliteDatabase } from './sqlite-database.ts';
import { SqliteFile } from './sqlite-file.ts';
import { SqlFlowStore } from './stores/sql-flow-store.ts';
import { TokenCommandsInSteps } from './stores/token-commands-in-steps.ts';

export interface SqliteOptions {
  /** Path of the database file, made when it is not there (its folder is not); `:memory:` for none. */
  readonly file: string;
  /** How long a command waits, in milliseconds, while another process writes. The event loop goes on meanwhile. Default 5000. */
  readonly busyTimeoutMs?: number;
  /** For a program in one file. Default: those of this package. */
  readonly migrationFiles?: MigrationFiles;
  /** The driver's native addon, loaded, for a program in one file. Default: the driver looks for it in its package. */
  readonly nativeBinding?: object;
}

/** Opens an SQLite file. Several processes may have the same file open. */
export const openSqliteStores = async ({
  file,
  busyTimeoutMs = 5000,
  migrationFiles,
  nativeBinding,
}: SqliteOptions): Promise<SqlStores> => {
  const client = await unlessBusyFor(busyTimeoutMs, () => openSqliteFile(file, nativeBinding));
  const database = new SqliteDatabase(client, new SqliteFile(file), busyTimeoutMs);
  const migrations = () => migrationsIn(migrationFiles ?? migrationFilesOf('sqlite'));
  return {
    stores: storesOn(database, new TokenCommandsInSteps(database), new SqlFlowStore(database)),
    schemaStatus: () => database.patiently(() => sqliteSchemaStatus(client, migrations())),
    migrate: async ({ dryRun = false } = {}) => {
      await database.settle();
      return database.patiently(() => migrateSqlite(client, migrations(), dryRun));
    },
    close: async () => {
      await database.settle();
      client.close();
    },
  };
};
