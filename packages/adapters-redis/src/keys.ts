// Every key in Redis, and how long it stays. Keys that one script uses together have the same hash tag, so that Redis Cluster
// keeps them in one slot. A grant, its codes and its tokens have the grant's id as hash tag.
import { createHash } from 'node:crypto';
import type { EpochSeconds, TokenKey } from '@claviger/core';

/** How many keys share the entries of one client's index, so that no slot takes the writes of a busy client alone. */
const buckets = '0123456789abcdef';

/** Clients lie in so many slots; each has its own sorted index. */
export const clientShards: readonly string[] = [...buckets];

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

const bucketOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 1);

/** Ids as core draws them stand in the hash tag as they are; what else a caller asks for may hold braces or nothing. */
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
  /** The sealed successors of the refresh token of a grant that was rotated last. */
  sealed = (grantId: string): string => `${this.#prefix}s:${tagOf(grantId)}`;

  flow = (id: string): string => `${this.#prefix}flow:${id}`;
  /** A hash: what each process notes of the flows that it began. */
  pendingFlows = (): string => `${this.#prefix}pending-flows`;
  lease = (name: string): string => `${this.#prefix}lease:${name}`;
  /** A lease, under the key of the release before. */
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

  /** All sets share one slot: keys are added to several sets in one step. They are few, and read seldom. */
  keySet = (set: string): string => `${this.#prefix}keys:{sets}:${set}`;

  ofClient = (what: Indexed, clientId: string, member: string): string =>
    `${this.#prefix}${what}-of-client:${digestOf(clientId)}:${bucketOf(member)}`;
  allOfClient = (what: Indexed, clientId: string): readonly string[] =>
    clientShards.map((bucket) => `${this.#prefix}${what}-of-client:${digestOf(clientId)}:${bucket}`);
  ofSubject = (what: Indexed, subject: string): string => `${this.#prefix}${what}-of-subject:${digestOf(subject)}`;
}

/**
 * By how many seconds the clocks of nodes may differ. Redis only cleans: whether something is valid is decided by the
 * caller's `now`, so keys stay that much longer than anybody's clock could call them live.
 */
export const clockTolerance = 60;

/** Milliseconds that stand for "forever"; Redis refuses moments that do not fit its own milliseconds. */
export const longestTimeToLive = 100 * 365 * 86_400_000;

/** Milliseconds that a key has to stay which is written at `from` and is valid until `expiresAt`. */
export const timeToLive = (expiresAt: number, from: EpochSeconds): number =>
  Math.min((Math.max(0, expiresAt - from) + clockTolerance) * 1000, longestTimeToLive);
