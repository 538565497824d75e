// Every port on SQL. SQLite today; the stores are written against what Postgres offers too.
import type { Stores } from '@claviger/core';
import { type MigrationReport, migrateSqlite, type SchemaStatus, sqliteSchemaStatus } from './migrate.ts';
import { sqliteMigrations } from './migration-files.ts';
import { openSqliteFile, SqliteDatabase } from './sqlite-database.ts';
import { SqlClaimStore } from './stores/sql-claim-store.ts';
import { SqlClientStore } from './stores/sql-client-store.ts';
import { SqlConsentStore } from './stores/sql-consent-store.ts';
import { SqlFlowStore } from './stores/sql-flow-store.ts';
import { SqlKeyStore } from './stores/sql-key-store.ts';
import { SqlLoginSessionStore } from './stores/sql-login-session-store.ts';
import { SqlTokenStore } from './stores/sql-token-store.ts';

export { type MigrationReport, SchemaMismatch, type SchemaStatus } from './migrate.ts';
export type { Migration } from './migration-files.ts';

export interface SqliteOptions {
  /** Path of the database file, made when it is not there (its folder is not); `:memory:` for none. */
  readonly file: string;
  /** How long a statement waits, in milliseconds, while another process writes. Default 5000. */
  readonly busyTimeoutMs?: number;
}

export interface SqlStores {
  /** Usable once `migrate` has succeeded. */
  readonly stores: Stores;
  /** Brings the schema up to date; does nothing when it is. Rejects with SchemaMismatch when it cannot be. */
  migrate(): Promise<MigrationReport>;
  /** What the schema has and lacks. Changes nothing. */
  schemaStatus(): Promise<SchemaStatus>;
  /** Afterwards every command rejects. */
  close(): Promise<void>;
}

/** Opens an SQLite file. Several processes may have the same file open. */
export const openSqliteStores = async ({ file, busyTimeoutMs = 5000 }: SqliteOptions): Promise<SqlStores> => {
  const client = openSqliteFile(file, busyTimeoutMs);
  const database = new SqliteDatabase(client);
  return {
    stores: {
      claims: new SqlClaimStore(database),
      clients: new SqlClientStore(database),
      consents: new SqlConsentStore(database),
      flows: new SqlFlowStore(database),
      keys: new SqlKeyStore(database),
      loginSessions: new SqlLoginSessionStore(database),
      tokens: new SqlTokenStore(database),
    },
    migrate: async () => migrateSqlite(client, sqliteMigrations()),
    schemaStatus: async () => sqliteSchemaStatus(client, sqliteMigrations()),
    close: async () => {
      client.close();
    },
  };
};
