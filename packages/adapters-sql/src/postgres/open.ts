// Every port in one Postgres database.
import { StoreUnavailable } from '@claviger/core';
import { type MigrationFiles, migrationFilesOf, migrationsIn } from '../migrations/migration-files.ts';
import { type SqlStores, sharedStores } from '../opened-stores.ts';
import { SqlAuditStore } from '../shared/audit-store.ts';
import { postgresAuditCommands } from './audit-commands.ts';
import type { SettingsBy } from './connection.ts';
import { PostgresDatabase } from './database.ts';
import { isAway } from './failures.ts';
import { PostgresFlowStore } from './flow-store.ts';
import { migratePostgres, postgresSchemaStatus } from './migrate.ts';
import { type PoolUsage, PostgresPool } from './pool.ts';
import { UnfitPooler } from './pooler.ts';
import { PostgresTokenStore } from './token-store.ts';
import { parsePostgresUrl } from './url.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`; docs/postgres.md has all its parameters. */
  readonly url: string;
  /** Maximum number of connections. Default 10. */
  readonly poolSize?: number;
  /** Time limit of a statement in milliseconds. Default 5000. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for a free connection of the pool, and for a new one to the server, in milliseconds. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** For the single binary. Default: those of this package. */
  readonly migrationFiles?: MigrationFiles;
  /** Called with the number of commands in each batch. */
  readonly onBatch?: (size: number) => void;
}

export interface PostgresStores extends SqlStores {
  poolUsage(): PoolUsage;
}

/**
 * Connects when the first command needs it, so it succeeds while the server is unavailable. Each wait of a command has a
 * limit: for a free connection, for a new one, and for the answer. Beyond a limit the command rejects with StoreUnavailable.
 * Throws if the URL is invalid. The message contains no secrets.
 */
export const openPostgresStores = async ({
  url,
  poolSize = 10,
  statementTimeoutMs = 5000,
  connectTimeoutMs = 2000,
  migrationFiles,
  onBatch,
}: PostgresOptions): Promise<PostgresStores> => {
  const address = parsePostgresUrl(url);
  const pool = new PostgresPool(address, poolSize, { connectMs: connectTimeoutMs, statementMs: statementTimeoutMs });
  const database = new PostgresDatabase(pool);
  /** Also rejects with UnfitPooler, which says what to change; the errors of commands do not. */
  const pooler = async (): Promise<SettingsBy> => {
    try {
      return await pool.settingsBy();
    } catch (error) {
      throw isAway(error) && !(error instanceof UnfitPooler) ? new StoreUnavailable('postgres', error) : error;
    }
  };
  const migrations = () => migrationsIn(migrationFiles ?? migrationFilesOf('postgres'));
  return {
    stores: {
      ...sharedStores(database),
      flows: new PostgresFlowStore(database, pool, onBatch),
      tokens: new PostgresTokenStore(database, pool, onBatch),
    },
    audit: new SqlAuditStore(database, postgresAuditCommands(pool)),
    schemaStatus: async () => {
      await pooler();
      return postgresSchemaStatus((text, values) => pool.rows(text, values), migrations());
    },
    migrate: async ({ dryRun = false } = {}) => {
      const settingsBy = await pooler();
      return migratePostgres(address, connectTimeoutMs, migrations(), { dryRun, settingsBy });
    },
    poolUsage: () => pool.usage(),
    close: () => pool.close(),
  };
};
