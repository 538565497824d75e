// Real servers for tests, exported as `@claviger/adapters-sql/testing`. The adapter itself does not use them.

export { type PostgresAccount, startPostgresFor } from './postgres-account.ts';
export { pgBouncerTakesPreparedStatements, startPgBouncer, type TestPgBouncer } from './start-pgbouncer.ts';
export {
  type OwnPostgres,
  startOwnPostgres,
  startPostgres,
  type TestDatabase,
  type TestPostgres,
} from './start-postgres.ts';
