// Every port on Redis or Valkey: a single server, behind Sentinel, or a Cluster.
import type { ConnectionOptions } from 'node:tls';
import { type Stores, StoreUnavailable } from '@claviger/core';
import type { Cluster, Redis } from 'ioredis';
import { makeClient } from './client.ts';
import { Connection, withoutArguments } from './connection.ts';
import { parseRedisDsn } from './dsn.ts';
import { refuseEviction } from './eviction.ts';
import { Keys } from './keys.ts';
import { RedisRateLimiter } from './redis-rate-limiter.ts';
import { RedisAdminKeyStore } from './stores/redis-admin-key-store.ts';
import { RedisClientStore } from './stores/redis-client-store.ts';
import { RedisConsentStore } from './stores/redis-consent-store.ts';
import { RedisFlowStore } from './stores/redis-flow-store.ts';
import { RedisKeyStore } from './stores/redis-key-store.ts';
import { RedisLeaseStore } from './stores/redis-lease-store.ts';
import { RedisLoginSessionStore } from './stores/redis-login-session-store.ts';
import { RedisTokenStore } from './stores/redis-token-store.ts';

export { RedisDsnError } from './dsn.ts';
export { EvictionPolicyError } from './eviction.ts';

export interface RedisOptions {
  /** See dsn.ts: redis://, rediss://, redis+sentinel://, redis+cluster://. */
  readonly url: string;
  /** Prefix of every key, so that several systems can share a server. No braces. Default `claviger:`. */
  readonly prefix?: string;
  /** Time limit of a command in milliseconds. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** Time limit for connecting in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** For rediss: options of tls.connect in Node.js. */
  readonly tls?: ConnectionOptions;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  /** Accepts a server that may drop live records when its memory is full. Default false. */
  readonly allowEviction?: boolean;
  /** Called for each connection that fails while the stores are open. The error contains no password. */
  readonly onConnectionError?: (error: Error) => void;
}

export interface RedisStores {
  readonly stores: Stores;
  /** Counts requests of all nodes together. */
  readonly rateLimiter: RedisRateLimiter;
  /** Rejects with StoreUnavailable when a master does not answer. */
  check(): Promise<void>;
  /** Afterwards every command rejects. */
  close(): Promise<void>;
}

/**
 * Connects. Rejects with RedisDsnError, with EvictionPolicyError, or with the reason if the server cannot be reached or
 * refuses the credentials.
 */
export const openRedisStores = async (options: RedisOptions): Promise<RedisStores> => {
  const { prefix = 'claviger:', commandTimeoutMs = 2000, connectTimeoutMs = 5000, onConnectionError } = options;
  if (/[{}]/.test(prefix)) throw new TypeError('The prefix of Redis keys may not contain braces.');
  const { tls = {}, sentinelUsername, sentinelPassword } = options;
  const settings = { commandTimeoutMs, connectTimeoutMs, tls, sentinelUsername, sentinelPassword };
  const client = makeClient(parseRedisDsn(options.url), settings);
  const connection = new Connection(client);
  try {
    await connect(client, connectTimeoutMs, onConnectionError);
    // Connects to every master of a Cluster now, so that the first commands do not have to.
    await connection.onEachMaster('ping');
    if (options.allowEviction !== true) await refuseEviction(connection);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return {
    stores: storesOn(connection, new Keys(prefix)),
    rateLimiter: new RedisRateLimiter(connection, new Keys(prefix)),
    check: async () => {
      await connection.onEachMaster('ping');
    },
    close: () => connection.close(),
  };
};

const storesOn = (connection: Connection, keys: Keys): Stores => ({
  adminKeys: new RedisAdminKeyStore(connection, keys),
  clients: new RedisClientStore(connection, keys),
  consents: new RedisConsentStore(connection, keys),
  flows: new RedisFlowStore(connection, keys),
  keys: new RedisKeyStore(connection, keys),
  leases: new RedisLeaseStore(connection, keys),
  loginSessions: new RedisLoginSessionStore(connection, keys),
  tokens: new RedisTokenStore(connection, keys),
});

/** ioredis reports why a connection failed only in an event, and behind Sentinel it retries forever. */
const connect = async (
  client: Redis | Cluster,
  timeoutMs: number,
  report: ((error: Error) => void) | undefined,
): Promise<void> => {
  let reason: Error | undefined;
  client.on('error', (error: Error) => {
    reason = withoutArguments(error);
    report?.(reason);
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No connection within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    await Promise.race([client.connect(), tooLate]);
  } catch (error) {
    throw reason ?? new StoreUnavailable('redis', error);
  } finally {
    clearTimeout(timer);
  }
};
