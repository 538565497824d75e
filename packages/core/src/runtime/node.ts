// The system on Node.js: everything of ports/system.ts over node:crypto. Exported as `@claviger/core/node`.
import { hash, randomUUID, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { epochSeconds } from '../domain/time.ts';
import type { Clock, Digest, Random, System } from '../ports/system.ts';
import { nodeCipher } from './node-cipher.ts';
import { nodeKeyOperations } from './node-key-operations.ts';
import { nodeMac } from './node-mac.ts';
import { nodeRemoteDocuments, type RemoteDocumentsOptions } from './node-remote-documents.ts';
import { nodeSecretHasher } from './node-secret-hasher.ts';
import { pooledRandomText } from './pooled-random-text.ts';

export interface NodeSystemOptions {
  /** At least 16 bytes, and the same on every node. Every key for MACs and sealing is derived from it. */
  readonly systemSecret: string;
  /** Earlier system secrets, still accepted for verifying and opening, never used for new values. */
  readonly previousSecrets?: readonly string[];
  /** Limits on documents of clients. */
  readonly remoteDocuments?: RemoteDocumentsOptions;
  /** How many processes like this one share the machine's cores. Default 1. */
  readonly processes?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

const systemClock: Clock = {
  now: () => epochSeconds(Math.floor(Date.now() / 1000)),
  milliseconds: () => Date.now(),
};

const random: Random = {
  base64url: pooledRandomText,
  uuid: () => randomUUID(),
};

/** The lengths are compared first, so they must not be secret. The contents are compared in constant time. */
const equal = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const digest: Digest = {
  sha256Hex: (text) => hash('sha256', text, 'hex'),
  sha256: (text) => hash('sha256', text, 'base64url'),
  leftHalf: (bits, text) =>
    hash(`sha${bits}`, text, 'buffer')
      .subarray(0, bits / 16)
      .toString('base64url'),
  equal,
};

/** Throws a RangeError when a secret is shorter than 16 bytes. */
export const nodeSystem = (options: NodeSystemOptions): System => {
  const secrets = [options.systemSecret, ...(options.previousSecrets ?? [])] as const;
  if (secrets.some((secret) => Buffer.byteLength(secret) < 16)) {
    throw new RangeError('A system secret must have at least 16 bytes.');
  }
  return {
    clock: options.clock ?? systemClock,
    random,
    digest,
    mac: nodeMac(secrets),
    secretHasher: nodeSecretHasher(secrets),
    cipher: nodeCipher(secrets),
    keyOperations: nodeKeyOperations((options.processes ?? 1) < availableParallelism()),
    remoteDocuments: nodeRemoteDocuments(options.remoteDocuments),
  };
};
