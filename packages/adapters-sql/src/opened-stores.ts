// What opening a database returns, the same for every database.
import type { AuditStore, Stores } from '@claviger/core';
import type { MigrationReport, SchemaStatus } from './migrations/schema-status.ts';
import { SqlAdminKeyStore } from './shared/admin-key-store.ts';
import { SqlClientStore } from './shared/client-store.ts';
import { SqlConsentStore } from './shared/consent-store.ts';
import type { Database } from './shared/database.ts';
import { SqlKeyStore } from './shared/key-store.ts';
import { SqlLeaseStore } from './shared/lease-store.ts';
import { SqlLoginSessionStore } from './shared/login-session-store.ts';

export interface SqlStores {
  /** Usable after `migrate` has succeeded, or if `schemaStatus` says that the schema is usable. */
  readonly stores: Stores;
  /** The audit table of this database. */
  readonly audit: AuditStore;
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

/** The stores that are the same on every database. */
export const sharedStores = (database: Database): Omit<Stores, 'flows' | 'tokens'> => ({
  adminKeys: new SqlAdminKeyStore(database),
  clients: new SqlClientStore(database),
  consents: new SqlConsentStore(database),
  keys: new SqlKeyStore(database),
  leases: new SqlLeaseStore(database),
  loginSessions: new SqlLoginSessionStore(database),
});
