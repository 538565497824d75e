// Every port in one Postgres database.
import { StoreUnavailable } from '@claviger/core';
import { type MigrationFiles, migrationFilesOf, migrationsIn } from '../migrations/migration-files.ts';
import { type SqlStores, storesOn } from '../opened-stores.ts';
import type { SettingsBy } from './connection.ts';
import { PostgresDatabase } from './database.ts';
import { isAway } from './failures.ts';
import { PostgresFlowStore } from './flow-store.ts';
import { migratePostgres, postgresSchemaStatus } from './migrate.ts';
import { PostgresPool } from './pool.ts';
import { UnfitPooler } from './pooler.ts';
import { TokenCommandsInOneStatement } from './token-commands-in-one-statement.ts';
import { parsePostgresUrl } from './url.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`; docs/postgres.md has all its parameters. */
  readonly url: string;
  /** How many connections at most. Default 10. */
  readonly poolSize?: number;
  /** How long a statement may take, in milliseconds. Default 5000. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for a free connection of the pool, and for a new one to the server, in milliseconds. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** For a program in one file. Default: those of this package. */
  readonly migrationFiles?: MigrationFiles;
}

/**
 * Connects when the first command needs it: succeeds while the server is away. A command rejects with StoreUnavailable at
 * the latest when it has waited for a connection, made one, and waited for an answer, each for as long as it may.
 * Throws when the URL is wrong; the message repeats nothing secret.
 */
export const openPostgresStores = async ({
  url,
  poolSize = 10,
  statementTimeoutMs = 5000,
  connectTimeoutMs = 2000,
  migrationFiles,
}: PostgresOptions): Promise<SqlStores> => {
  const address = parsePostgresUrl(url);
  const pool = new PostgresPool(address, poolSize, { connectMs: connectTimeoutMs, statementMs: statementTimeoutMs });
  const database = new PostgresDatabase(pool);
  /** Rejects with UnfitPooler too, which says what to change; the commands' own error does not. */
  const pooler = async (): Promise<SettingsBy> => {
    try {
      return await pool.settingsBy();
    } catch (error) {
      throw isAway(error) && !(error instanceof UnfitPooler) ? new StoreUnavailable('postgres', error) : error;
    }
  };
  const migrations = () => migrationsIn(migrationFiles ?? migrationFilesOf('postgres'));
  return {
    stores: storesOn(database, new TokenCommandsInOneStatement(pool), new PostgresFlowStore(database, pool)),
    schemaStatus: async () => {
      await pooler();
      return postgresSchemaStatus((text, values) => pool.rows(text, values), migrations());
    },
    migrate: async ({ dryRun = false } = {}) => {
      const settingsBy = await pooler();
      return migratePostgres(address, connectTimeoutMs, migrations(), { dryRun, settingsBy });
    },
    close: () => pool.close(),
  };
};
