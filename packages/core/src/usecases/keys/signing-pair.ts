// A new key pair for the signing set, sealed for the store.
import type { SigningAlgorithm } from '../../domain/server-signing-algorithms.ts';
import { type StoredKey, signingKeySet } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { System } from '../../ports/system.ts';
import { makeKeyPair } from './make-key-pair.ts';
import { sealKey } from './sealed-key.ts';

/** RFC 7518 §3.3 asks for 2048 bits at least. */
export const leastRsaBits = 2048;

interface NewSigningPair {
  readonly alg: SigningAlgorithm;
  readonly rsaBits: number;
  /** Left out for a pair that signs immediately. */
  readonly signsFrom?: EpochSeconds;
}

export const makeSigningPair = async (
  system: Pick<System, 'clock' | 'cipher' | 'keyOperations' | 'random'>,
  { alg, rsaBits, ...start }: NewSigningPair,
): Promise<readonly StoredKey[]> => {
  const pair = await makeKeyPair(system, { alg, kid: '', use: 'sig', rsaBits });
  const createdAt = system.clock.now();
  return pair.map((jwk) => sealKey(system.cipher, jwk, { set: signingKeySet, createdAt, ...start }));
};
