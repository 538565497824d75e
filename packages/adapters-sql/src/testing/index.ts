// Real servers for tests, exported as `@claviger/adapters-sql/testing`. No part of the adapter uses it.

export { pgBouncerTakesPreparedStatements, startPgBouncer, type TestPgBouncer } from './start-pgbouncer.ts';
export {
  type OwnPostgres,
  startOwnPostgres,
  startPostgres,
  type TestDatabase,
  type TestPostgres,
} from './start-postgres.ts';
