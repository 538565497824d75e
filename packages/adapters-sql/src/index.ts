// Every port on SQL. `@claviger/adapters-sql/sqlite` and `…/postgres` have one of the two, and load no other driver.

export type { MigrationFiles } from './migrations/migration-files.ts';
export { type MigrationReport, SchemaMismatch, type SchemaStatus } from './migrations/schema-status.ts';
export type { SqlStores } from './opened-stores.ts';
export { openPostgresStores, type PostgresOptions, type PostgresStores } from './postgres/open.ts';
export type { PoolUsage } from './postgres/pool.ts';
export { openSqliteStores, type SqliteOptions } from './sqlite/open.ts';
