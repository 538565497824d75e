// Which databases hold what, and how the server connects to them.
import { type Dsn, dsn } from '../dsn.ts';
import { duration, mostOfTimers } from '../duration.ts';
import { anyText, redisKeyPrefix, trueOrFalse, wholeNumber } from '../parse.ts';
import { optional, preset, type Variable } from './declare.ts';

const timer = duration(1, mostOfTimers);

const storeOf = (port: string, what: string): Variable<Dsn | null> =>
  optional(`CLAVIGER_STORE_${port}`, dsn, `DSN of the store for ${what}. Default: CLAVIGER_DSN.`, true);

export const stores = {
  dsn: preset(
    'CLAVIGER_DSN',
    'sqlite:claviger.db',
    dsn,
    'Database for all stores: `sqlite:FILE`, relative to the data folder; `sqlite::memory:`; `postgres://…`; `redis://…`, `rediss://…`, `redis+sentinel://…` or `redis+cluster://…`.',
    true,
  ),
  adminKeysDsn: storeOf('ADMIN_KEYS', 'keys of the admin API'),
  clientsDsn: storeOf('CLIENTS', 'clients'),
  consentsDsn: storeOf('CONSENTS', 'remembered consents'),
  loginSessionsDsn: storeOf('LOGIN_SESSIONS', 'remembered logins'),
  flowsDsn: storeOf('FLOWS', 'pending login and consent requests'),
  tokensDsn: storeOf('TOKENS', 'grants, codes and tokens'),
  keysDsn: storeOf('KEYS', 'keys'),
  leasesDsn: storeOf('LEASES', "leases and one-time values (used `jti`s, the cleaner's lock)"),
  autoMigrate: optional(
    'CLAVIGER_AUTO_MIGRATE',
    trueOrFalse,
    'Apply pending migrations at start. Default: `true` for SQLite, `false` for Postgres, where you run `migrate up` first.',
  ),
  postgresPoolSize: preset(
    'CLAVIGER_POSTGRES_POOL_SIZE',
    '10',
    wholeNumber(1, 1000),
    'Maximum number of connections that each process opens to each Postgres database.',
  ),
  postgresStatementTimeout: preset(
    'CLAVIGER_POSTGRES_STATEMENT_TIMEOUT',
    '5s',
    timer,
    'Maximum duration of a statement.',
  ),
  postgresConnectTimeout: preset(
    'CLAVIGER_POSTGRES_CONNECT_TIMEOUT',
    '5s',
    timer,
    'Maximum time to connect to Postgres.',
  ),
  redisPrefix: preset(
    'CLAVIGER_REDIS_PREFIX',
    'claviger:',
    redisKeyPrefix,
    'Prefix of every key, so that several systems can share a Redis.',
  ),
  redisCommandTimeout: preset('CLAVIGER_REDIS_COMMAND_TIMEOUT', '2s', timer, 'Maximum duration of a command.'),
  redisConnectTimeout: preset('CLAVIGER_REDIS_CONNECT_TIMEOUT', '5s', timer, 'Maximum time to connect to Redis.'),
  redisSentinelUsername: optional(
    'CLAVIGER_REDIS_SENTINEL_USERNAME',
    anyText,
    'User name for the sentinels, if they require one. The user name for Redis is part of the DSN.',
  ),
  redisSentinelPassword: optional(
    'CLAVIGER_REDIS_SENTINEL_PASSWORD',
    anyText,
    'Password for the sentinels, if they require one.',
    true,
  ),
};
