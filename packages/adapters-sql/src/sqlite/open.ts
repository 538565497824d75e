// Every port in one SQLite file.

import { type MigrationFiles, migrationFilesOf, migrationsIn } from '../migrations/migration-files.ts';
import { type SqlStores, sharedStores } from '../opened-stores.ts';
import { SqlAuditStore } from '../shared/audit-store.ts';
import { sqliteAuditCommands } from './audit-commands.ts';
import { unlessBusyFor } from './busy.ts';
import { openSqliteFile, SqliteDatabase } from './database.ts';
import { SqliteFile } from './file.ts';
import { SqliteFlowStore } from './flow-store.ts';
import { migrateSqlite, sqliteSchemaStatus } from './migrate.ts';
import { SqliteTokenStore } from './token-store.ts';

export interface SqliteOptions {
  /** Path of the database file. Created if missing; its folder must exist. `:memory:` for none. */
  readonly file: string;
  /** How long a command waits while another process writes, in milliseconds, without blocking the event loop. Default 5000. */
  readonly busyTimeoutMs?: number;
  /** For the single binary. Default: those of this package. */
  readonly migrationFiles?: MigrationFiles;
  /**
   * The driver's native addon, already loaded, for the single binary. Default: the driver looks for it in its
   * package.
   */
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
    stores: {
      ...sharedStores(database),
      flows: new SqliteFlowStore(database),
      tokens: new SqliteTokenStore(database),
    },
    audit: new SqlAuditStore(database, sqliteAuditCommands(database)),
    schemaStatus: () => database.waitingForLock(() => sqliteSchemaStatus(client, migrations())),
    migrate: async ({ dryRun = false } = {}) => {
      await database.settle();
      return database.waitingForLock(() => migrateSqlite(client, migrations(), dryRun));
    },
    close: async () => {
      await database.settle();
      client.close();
    },
  };
};
