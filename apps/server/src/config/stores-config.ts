// The database of each port, and the options for opening it.
import { resolve } from 'node:path';
import { mapPorts, type PortName } from '@claviger/core';
import { type Dsn, inMemory } from './dsn.ts';
import type { Values } from './variables.ts';

/** The database of each port. Paths of SQLite files are absolute. */
export type StoreDsns = { readonly [Port in PortName]: Dsn };

/** The options for opening the stores. */
export interface StoresConfig {
  readonly stores: StoreDsns;
  readonly postgres: {
    readonly poolSize: number;
    readonly statementTimeoutMs: number;
    readonly connectTimeoutMs: number;
  };
  readonly redis: {
    readonly prefix: string;
    readonly commandTimeoutMs: number;
    readonly connectTimeoutMs: number;
    /** '' for none. */
    readonly sentinelUsername?: string;
    readonly sentinelPassword?: string;
    readonly allowEviction: boolean;
  };
  /** null: migrates SQLite at start, but not Postgres. */
  readonly autoMigrate: boolean | null;
}

export const dsnsOf = (values: Values): StoreDsns => ({
  adminKeys: values.adminKeysDsn ?? values.dsn,
  clients: values.clientsDsn ?? values.dsn,
  consents: values.consentsDsn ?? values.dsn,
  flows: values.flowsDsn ?? values.dsn,
  keys: values.keysDsn ?? values.dsn,
  leases: values.leasesDsn ?? values.dsn,
  loginSessions: values.loginSessionsDsn ?? values.dsn,
  tokens: values.tokensDsn ?? values.dsn,
});

export const isSqlite = ({ kind }: Dsn): boolean => kind === 'sqlite';

export const toStoresConfig = (values: Values): StoresConfig => {
  const dataFolder = resolve(values.dataFolder);
  const located = (dsn: Dsn): Dsn =>
    dsn.kind === 'sqlite' && dsn.file !== inMemory ? { ...dsn, file: resolve(dataFolder, dsn.file) } : dsn;
  const dsns = dsnsOf(values);
  return {
    stores: mapPorts<StoreDsns>((port) => located(dsns[port])),
    postgres: {
      poolSize: values.postgresPoolSize,
      statementTimeoutMs: values.postgresStatementTimeout * 1000,
      connectTimeoutMs: values.postgresConnectTimeout * 1000,
    },
    redis: {
      prefix: values.redisPrefix,
      commandTimeoutMs: values.redisCommandTimeout * 1000,
      connectTimeoutMs: values.redisConnectTimeout * 1000,
      ...(values.redisSentinelUsername ? { sentinelUsername: values.redisSentinelUsername } : {}),
      ...(values.redisSentinelPassword ? { sentinelPassword: values.redisSentinelPassword } : {}),
      allowEviction: values.redisEviction,
    },
    autoMigrate: values.autoMigrate,
  };
};
