// What opening a database returns, the same for every database.
import type { FlowStore, Stores } from '@claviger/core';
import type { Database } from './database.ts';
import type { MigrationReport, SchemaStatus } from './schema-status.ts';
import { SqlClientStore } from './stores/sql-client-store.ts';
import { SqlConsentStore } from './stores/sql-consent-store.ts';
import { SqlKeyStore } from './stores/sql-key-store.ts';
import { SqlLeaseStore } from './stores/sql-lease-store.ts';
import { SqlLoginSessionStore } from './stores/sql-login-session-store.ts';
import { SqlTokenStore } from './stores/sql-token-store.ts';
import type { TokenCommands } from './stores/token-commands.ts';

export interface SqlStores {
  /** Can be used after `migrate` has succeeded, or when `schemaStatus` says so. */
  readonly stores: Stores;
  /** Whether this version of the code can use the database's schema. Rejects with StoreUnavailable. */
  schemaStatus(): Promise<SchemaStatus>;
  /**
   * Brings the schema up to date. Does nothing when it is up to date, or when it is newer and this version of the code can
   * use it. `dryRun` changes nothing and reports what would be done. Rejects with SchemaMismatch when this version cannot use
   * the schema, and with StoreUnavailable.
   */
  migrate(options?: { readonly dryRun?: boolean }): Promise<MigrationReport>;
  /** Waits for commands in flight, within their time limits. Afterwards every command rejects. */
  close(): Promise<void>;
}

export const storesOn = (database: Database, tokenCommands: TokenCommands, flows: FlowStore): Stores => ({
  clients: new SqlClientStore(database),
  consents: new SqlConsentStore(database),
  flows,
  keys: new SqlKeyStore(database),
  leases: new SqlLeaseStore(database),
  loginSessions: new SqlLoginSessionStore(database),
  tokens: new SqlTokenStore(database, tokenCommands),
});
