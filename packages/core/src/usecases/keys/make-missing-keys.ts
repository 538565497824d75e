// Makes the keys of algorithms that have none yet. Of many nodes that need them at once one makes them; the others wait.
import { asHashed } from '../../domain/hashed.ts';
import { type SigningAlgorithm, suits } from '../../domain/signing-algorithm.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { after, type Seconds, seconds } from '../../domain/time.ts';
import type { ClaimStore } from '../../ports/claim-store.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import { openKey } from './sealed-key.ts';
import { leastRsaBits, makeSigningPair } from './signing-pair.ts';

/** A node that dies while it makes keys makes the others wait that long. */
const turn = seconds(10);

/** Milliseconds between two looks at whether another node is done, and how many. */
const pause = 50;
const looks = 300;

interface Deps {
  readonly keys: KeyStore;
  readonly claims: ClaimStore;
  readonly system: System;
}

export const makeMakeMissingKeys = ({ keys, claims, system }: Deps) => {
  const { clock, random, cipher, digest } = system;
  const name = asHashed(digest.sha256('claviger/missing-keys'));

  const missingOf = async (algorithms: readonly SigningAlgorithm[]): Promise<readonly SigningAlgorithm[]> => {
    const stored = await keys.list(signingKeySet);
    const signing = stored.filter(({ kid }) => kid.startsWith('private:')).map((key) => openKey(cipher, key));
    return algorithms.filter((alg) => !signing.some((jwk) => suits(jwk, alg)));
  };

  const make = async (algorithms: readonly SigningAlgorithm[]): Promise<void> => {
    const pairs = algorithms.map((alg) => makeSigningPair(system, { alg, rsaBits: leastRsaBits }));
    const made = (await Promise.all(pairs)).flat();
    if ((await keys.createSet(signingKeySet, made)) === 'exists') await keys.add(made);
  };

  return async (algorithms: readonly SigningAlgorithm[]): Promise<void> => {
    const holder = random.uuid();
    const claim = (length: Seconds): Promise<boolean> => {
      const now = clock.now();
      return claims.claim({ name, holder, until: after(now, length) }, now);
    };
    for (let look = 0; look < looks && (await missingOf(algorithms)).length > 0; look += 1) {
      if (await claim(turn)) {
        try {
          // Whoever had the turn before may have made them since.
          await make(await missingOf(algorithms));
        } finally {
          await claim(seconds(0));
        }
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
};
