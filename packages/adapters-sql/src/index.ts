// Every port on SQL. `@claviger/adapters-sql/sqlite` and `…/postgres` have one of the two, and load no other driver.

export type { MigrationFiles } from './migration-files.ts';
export { openPostgresStores, type PostgresOptions } from './open-postgres.ts';
export { openSqliteStores, type SqliteOptions } from './open-sqlite.ts';
export { type MigrationReport, SchemaMismatch, type SchemaStatus } from './schema-status.ts';
export type { SqlStores } from './sql-stores.ts';
