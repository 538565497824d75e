// The ioredis client for a target. It is configured so that commands fail in time and are never run twice.
import type { ConnectionOptions } from 'node:tls';
import { Cluster, type DNSLookupFunction, Redis } from 'ioredis';
import type { RedisTarget } from './dsn.ts';

export interface ClientSettings {
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** For rediss: options of tls.connect in Node.js, such as `ca`, `cert` and `key`. */
  readonly tls: ConnectionOptions;
  /** Sentinels have separate credentials. */
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
}

/** Milliseconds until the next attempt to connect. It never gives up, so the stores recover when the server does. */
const reconnectDelay = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 1000);

/** An empty text is the same as none: the driver would send it. */
const given = <Name extends string>(name: Name, text: string | undefined): { [Member in Name]?: string } =>
  text ? ({ [name]: text } as { [Member in Name]: string }) : {};

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
    // Also closes the connection to a peer that vanished silently, so that the next command uses a new one.
    socketTimeout: 2 * commandTimeoutMs,
    // A command whose connection broke may have been executed. It fails, because a retry could redeem a code twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // RESP2 and no CLIENT SETINFO, so that access control lists do not have to allow more commands for the handshake.
    protocol: 2,
    disableClientInfo: true,
  } as const;
  if (target.kind === 'cluster') {
    return new Cluster([...target.nodes], {
      redisOptions: connection,
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnectDelay,
      // Redirections are followed, because a redirected command was not executed. Other commands are not repeated.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: connectTimeoutMs,
      // Certificates name hosts, so with TLS a host name is not resolved here: tls.connect needs the name to check it.
      ...(target.tls ? { dnsLookup: asAnnounced } : {}),
    });
  }
  const options = {
    ...connection,
    db: target.db,
    enableOfflineQueue: false,
    retryStrategy: reconnectDelay,
    // The master was demoted while we were connected. Reconnect to find the new one.
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
    // Restores the subscriptions to the sentinels' messages after a sentinel restarts.
    sentinelReconnectStrategy: reconnectDelay,
    sentinelCommandTimeout: commandTimeoutMs,
    // Learns of a new master from the sentinels immediately, not from the first command that the old master refuses.
    failoverDetector: true,
  });
};
