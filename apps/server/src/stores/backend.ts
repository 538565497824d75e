// Opens a data source name of any kind. A driver is loaded only when a name needs it: all drivers together take a third
// of the start time and memory.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PoolUsage, SqlStores } from '@claviger/adapters-sql';
import type { AuditStore, Stores } from '@claviger/core';
import { postgresParts, sqliteParts } from '../binary/store-parts.ts';
import { type Dsn, inMemory } from '../config/dsn.ts';
import type { StoresConfig } from '../config/stores-config.ts';
import { ConfigurationError } from '../config.ts';
import type { SharedBuckets } from '../rate-limits/shared-rate-limiter.ts';

/** Ports whose data is in the same database. */
export interface StoreDatabase {
  readonly dsn: Dsn;
  /** Names of Stores. */
  readonly ports: readonly string[];
}

export interface OpenBackend {
  readonly stores: Stores;
  /** undefined if it has no audit table. */
  readonly audit: AuditStore | undefined;
  /** Redis only: rate limits that all nodes share. */
  readonly rateLimiter?: SharedBuckets;
  /** undefined if it needs no schema. */
  readonly schema: Schema | undefined;
  /** Afterwards every command rejects. */
  close(): Promise<void>;
}

/** The versioned schema of a database. */
export type Schema = Pick<SqlStores, 'migrate' | 'schemaStatus'>;

/** What metrics learn about a Postgres database. */
export interface PostgresObserver {
  readonly onBatch?: (size: number) => void;
  /** Called once for each pool, with a function that reads its current state. */
  readonly onPool?: (usage: () => PoolUsage) => void;
}

type Options = Pick<StoresConfig, 'postgres' | 'redis'>;

/** Each database once, so that one that is named twice has a single connection pool. */
export const databasesOf = (stores: StoresConfig['stores']): readonly StoreDatabase[] => {
  const byName = new Map<string, { readonly dsn: Dsn; readonly ports: string[] }>();
  for (const [port, dsn] of Object.entries(stores)) {
    const name = dsn.kind === 'sqlite' ? dsn.file : dsn.url;
    const database = byName.get(name) ?? { dsn, ports: [] };
    database.ports.push(port);
    byName.set(name, database);
  }
  return [...byName.values()];
};

/**
 * Rejects with ConfigurationError if the name is invalid. Other rejections may be temporary. Only Redis has those, because
 * the others connect when they are first used.
 */
export const openBackend = async (
  { dsn, ports }: StoreDatabase,
  options: Options,
  observer: PostgresObserver = {},
): Promise<OpenBackend> => {
  switch (dsn.kind) {
    case 'sqlite':
      return openSqlite(dsn.file);
    case 'postgres':
      return openPostgres(dsn.url, options.postgres, ports, observer);
    case 'redis':
      return openRedis(dsn.url, options.redis, ports);
  }
};

const openSqlite = async (file: string): Promise<OpenBackend> => {
  try {
    if (file !== inMemory) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const { openSqliteStores } = await import('@claviger/adapters-sql/sqlite');
    return withSchema(await openSqliteStores({ file, ...sqliteParts() }));
  } catch (error) {
    // Errors of the system and of SQLite have a code. Errors of the adapter already say what to do.
    if (!(error instanceof Error && 'code' in error)) throw error;
    const settings = 'CLAVIGER_DATA_DIR, CLAVIGER_DSN';
    throw new Error(`Cannot use the SQLite file ${file} (${settings}): ${error.message}`, { cause: error });
  }
};

const openPostgres = async (
  url: string,
  options: StoresConfig['postgres'],
  ports: readonly string[],
  { onBatch, onPool }: PostgresObserver,
): Promise<OpenBackend> => {
  const { openPostgresStores } = await import('@claviger/adapters-sql/postgres');
  try {
    const batches = onBatch ? { onBatch } : {};
    const opened = await openPostgresStores({ url, ...options, ...postgresParts(), ...batches });
    onPool?.(() => opened.poolUsage());
    return withSchema(opened);
  } catch (error) {
    throw wrongName(ports, error instanceof Error ? error.message : '');
  }
};

const withSchema = (opened: SqlStores): OpenBackend => ({
  stores: opened.stores,
  audit: opened.audit,
  schema: opened,
  close: () => opened.close(),
});

const openRedis = async (
  url: string,
  options: StoresConfig['redis'],
  ports: readonly string[],
): Promise<OpenBackend> => {
  const { openRedisStores, RedisDsnError } = await import('@claviger/adapters-redis');
  try {
    const { stores, rateLimiter, close } = await openRedisStores({ url, ...options });
    return { stores, rateLimiter, audit: undefined, schema: undefined, close };
  } catch (error) {
    if (error instanceof RedisDsnError) throw wrongName(ports, error.message);
    throw error;
  }
};

const wrongName = (ports: readonly string[], reason: string): ConfigurationError =>
  new ConfigurationError([`The DSN of ${ports.join(', ')} is not valid. ${reason}`]);
