// Every key in Redis, and how long it stays. Keys that one script uses together have the same hash tag, so that Redis Cluster
// keeps them in one slot. A grant, its codes and its tokens have the grant's id as hash tag.
import { createHash } from 'node:crypto';
import type { EpochSeconds, TokenKey } from '@claviger/core';

/** One key per bucket holds the index of a client, so that the writes of a busy client are spread over several slots. */
const buckets = '0123456789abcdef';

/** The shards of clients. Each has its own sorted index. */
export const clientShards: readonly string[] = [...buckets];

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

const bucketOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 1);

/** Ids that core generates are safe in a hash tag. Other texts may contain braces or be empty, so they are hashed. */
const tagOf = (id: string): string => (/^[\w-]{22}$/.test(id) ? `{${id}}` : `{${digestOf(id)}}`);

/** The flows, grants or login sessions of a client or of a subject. */
export type Indexed = 'flows' | 'grants' | 'sessions';

export class Keys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  grant = (id: string): string => `${this.#prefix}g:${tagOf(id)}`;
  /** A hash of the grant's access tokens: a rotation removes them all with one DEL. */
  accessTokens = (grantId: string): string => `${this.#prefix}a:${tagOf(grantId)}`;
  /** A refresh token, or a client's own token. */
  token = ({ grantId, hash }: TokenKey): string => `${this.#prefix}t:${tagOf(grantId)}${hash}`;
  code = ({ grantId, hash }: TokenKey): string => `${this.#prefix}c:${tagOf(grantId)}${hash}`;
  /** The sealed successors from the latest rotation of the grant. */
  sealed = (grantId: string): string => `${this.#prefix}s:${tagOf(grantId)}`;

  flow = (id: string): string => `${this.#prefix}flow:${id}`;
  /** A hash: for each process, the count of the flows that it began. */
  pendingFlows = (): string => `${this.#prefix}pending-flows`;
  rate = (endpoint: string, caller: string): string => `${this.#prefix}rate:${endpoint}:${digestOf(caller)}`;
  lease = (name: string): string => `${this.#prefix}lease:${name}`;
  /** A lease, under the key that the previous release uses. */
  claim = (name: string): string => `${this.#prefix}claim:${name}`;
  loginSession = (id: string): string => `${this.#prefix}session:${id}`;

  /** All consents of a subject, by the digest of the subject. */
  consents = (subjectDigest: string): string => `${this.#prefix}consents:${subjectDigest}`;
  /** Which subjects have consented to a client. */
  consenting = (clientId: string, subjectDigest: string): string =>
    `${this.#prefix}consenting:${digestOf(clientId)}:${bucketOf(subjectDigest)}`;
  allConsenting = (clientId: string): readonly string[] =>
    clientShards.map((bucket) => `${this.#prefix}consenting:${digestOf(clientId)}:${bucket}`);

  /** A hash of all keys of the admin API, by id. They are few. */
  adminKeys = (): string => `${this.#prefix}admin-keys`;

  shardOfClient = (id: string): string => bucketOf(id);
  clients = (shard: string): string => `${this.#prefix}clients:{${shard}}`;
  clientIds = (shard: string): string => `${this.#prefix}client-ids:{${shard}}`;

  /** All sets share one slot, because one step can add keys to several sets. They are few, and rarely read. */
  keySet = (set: string): string => `${this.#prefix}keys:{sets}:${set}`;

  ofClient = (what: Indexed, clientId: string, member: string): string =>
    `${this.#prefix}${what}-of-client:${digestOf(clientId)}:${bucketOf(member)}`;
  allOfClient = (what: Indexed, clientId: string): readonly string[] =>
    clientShards.map((bucket) => `${this.#prefix}${what}-of-client:${digestOf(clientId)}:${bucket}`);
  ofSubject = (what: Indexed, subject: string): string => `${this.#prefix}${what}-of-subject:${digestOf(subject)}`;
}

/**
 * Seconds by which the clocks of nodes may differ. Expiry in Redis only cleans up: the caller's `now` decides whether a
 * record is valid. So keys stay this much longer than any node's clock could consider them valid.
 */
export const clockTolerance = 60;

/** "Forever", in milliseconds. Redis refuses times that overflow its own milliseconds. */
export const longestTimeToLive = 100 * 365 * 86_400_000;

/** Milliseconds to keep a key that is written at `from` and is valid until `expiresAt`. */
export const timeToLive = (expiresAt: number, from: EpochSeconds): number =>
  Math.min((Math.max(0, expiresAt - from) + clockTolerance) * 1000, longestTimeToLive);
