// The ioredis client for a target, set up so that it fails in time and never does a command twice.
import type { ConnectionOptions } from 'node:tls';
import { Cluster, type DNSLookupFunction, Redis } from 'ioredis';
import type { RedisTarget } from './dsn.ts';

export interface ClientSettings {
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** For rediss: what Node.js' tls.connect takes, such as `ca`, `cert` and `key`. */
  readonly tls: ConnectionOptions;
  /** Credentials of the sentinels, which have their own. */
  readonly sentinelUsername: string;
  readonly sentinelPassword: string;
}

/** Milliseconds until the next attempt to connect. It never gives up: when the server is back, so are the stores. */
const reconnectDelay = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 1000);

const given = <Name extends string>(name: Name, text: string): { [Member in Name]?: string } =>
  text === '' ? {} : ({ [name]: text } as { [Member in Name]: string });

const asAnnounced: DNSLookupFunction = (address, callback) => callback(null, address);

export const makeClient = (target: RedisTarget, settings: ClientSettings): Redis | Cluster => {
  const { commandTimeoutMs, connectTimeoutMs, tls } = settings;
  const connection = {
    ...given('username', target.username),
    ...given('password', target.password),
    ...(target.tls ? { tls } : {}),
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A peer that vanished without a word is given up too, so that the next command finds a new connection.
    socketTimeout: 2 * commandTimeoutMs,
    // A command whose connection broke may have been done: saying so is better than redeeming a code twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // RESP2 and no CLIENT SETINFO: nothing that an access control list would have to allow for the handshake's sake.
    protocol: 2,
    disableClientInfo: true,
  } as const;
  if (target.kind === 'cluster') {
    return new Cluster([...target.nodes], {
      redisOptions: connection,
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnectDelay,
      // Redirections are followed, because a redirected command was not executed; a command that may have been executed is not repeated.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: connectTimeoutMs,
      // Certificates name hosts, and a cluster announces addresses: where TLS is on, hosts are left to be looked up by it.
      ...(target.tls ? { dnsLookup: asAnnounced } : {}),
    });
  }
  const options = {
    ...connection,
    db: target.db,
    enableOfflineQueue: false,
    retryStrategy: reconnectDelay,
    // A master that was demoted while we were connected: find the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
  if (target.kind === 'single') return new Redis({ ...options, ...target.node });
  return new Redis({
    ...options,
    ...given('sentinelUsername', settings.sentinelUsername),
    ...given('sentinelPassword', settings.sentinelPassword),
    ...(target.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls } : {}),
    sentinels: [...target.sentinels],
    name: target.master,
    sentinelRetryStrategy: reconnectDelay,
    // The subscriptions to the sentinels' news, which would otherwise not outlive a sentinel's restart.
    sentinelReconnectStrategy: reconnectDelay,
    sentinelCommandTimeout: commandTimeoutMs,
    // The sentinels announce a new master immediately, instead of the first command that the old one refuses.
    failoverDetector: true,
  });
};
