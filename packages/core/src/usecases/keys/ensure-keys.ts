// Makes signing keys for algorithms that have none. One node makes them; other nodes that need them wait for it.
import { asHashed } from '../../domain/hashed.ts';
import { type SigningAlgorithm, suits } from '../../domain/server-signing-algorithms.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { after, type Seconds, seconds } from '../../domain/time.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { System } from '../../ports/system.ts';
import { openKey } from './sealed-key.ts';
import { leastRsaBits, makeSigningPair } from './signing-pair.ts';

/** The lease of the node that makes keys. The other nodes wait this long if that node dies. */
const leaseLength = seconds(10);

/** How often a waiting node looks for the keys, in milliseconds, and how many times. */
const pause = 50;
const looks = 300;

interface Deps {
  readonly keys: KeyStore;
  readonly events: EventSink | null;
  readonly leases: LeaseStore;
  readonly system: System;
}

export const makeEnsureKeys = ({ keys, leases, events, system }: Deps) => {
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
    const isFirst = (await keys.createSet(signingKeySet, made)) === 'created';
    if (!isFirst && (await keys.add(made)) === 'exists') return;
    events?.record({ type: 'JsonWebKeyCreated', set: signingKeySet, kids: made.map(({ kid }) => kid) });
  };

  return async (algorithms: readonly SigningAlgorithm[]): Promise<void> => {
    const holder = random.uuid();
    const acquire = (length: Seconds): Promise<boolean> => {
      const now = clock.now();
      return leases.acquire({ name, holder, until: after(now, length) }, now);
    };
    for (let look = 0; look < looks && (await missingOf(algorithms)).length > 0; look += 1) {
      if (await acquire(leaseLength)) {
        try {
          // Another node may have made some of them before this one got the lease.
          await make(await missingOf(algorithms));
        } finally {
          await acquire(seconds(0));
        }
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
};
