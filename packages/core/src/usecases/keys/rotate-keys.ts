// Scheduled rotation: publish first, sign later, remove last (OpenID Connect Core §10.1.1). One node rotates at a time.
// Every step is one command of the store; the next rotation completes an interrupted one.
import { asHashed } from '../../domain/hashed.ts';
import { expiredKeys, type KeySchedule, needsSuccessor } from '../../domain/key-schedule.ts';
import { type SigningAlgorithm, signingAlgorithms, suits } from '../../domain/server-signing-algorithms.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { after, seconds } from '../../domain/time.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { halvesOf, KeyRing, type RingKey } from './key-ring.ts';
import { leastRsaBits, makeSigningPair } from './signing-pair.ts';

export interface RotateKeys {
  /** The node's own name, which no other node has. It holds the rotation lease for a minute. */
  readonly holder: string;
}

export type RotateKeysResult =
  | {
      readonly outcome: 'rotated';
      /** The kids of keys that are published from now on, and sign later. */
      readonly published: readonly string[];
      /** The kids of keys that are not needed any more. */
      readonly removed: readonly string[];
    }
  | { readonly outcome: 'lease-not-acquired' }
  /** Rotation is turned off, or the keys are not in the key store. */
  | { readonly outcome: 'off' };

/** The lease of the node that rotates. The other nodes wait this long for a node that stopped while rotating. */
const leaseDuration = seconds(60);

/** Seconds by which the clocks of clients and nodes may differ: a key is kept this much longer than anything that it signed. */
const clockSkew = 3600;

interface Deps {
  readonly keys: KeyStore;
  readonly events: EventSink | null;
  readonly leases: LeaseStore;
  readonly system: System;
  readonly settings: Settings;
}

/** A successor is as strong as the key before it. RFC 7518 §6.3.1.1: `n` is the modulus in base64url. */
const rsaBitsOf = ({ jwk: { n } }: RingKey): number =>
  Math.max(leastRsaBits, Math.floor((typeof n === 'string' ? n.length * 3 : 0) / 4) * 8);

const longestOfSigned = ({ idTokenLifespan, accessTokenLifespan, maxClientTokenLifespan }: Settings): number =>
  Math.max(idTokenLifespan, accessTokenLifespan, maxClientTokenLifespan);

export const makeRotateKeys = ({ keys, leases, events, system, settings }: Deps, signingKeysChanged: () => void) => {
  const { clock, digest, cipher } = system;
  const name = asHashed(digest.sha256('claviger/key-rotation'));
  const schedule: KeySchedule = {
    interval: settings.keyRotationInterval,
    publishAhead: settings.keyPublishAhead,
    keepFor: seconds(longestOfSigned(settings) + clockSkew),
  };

  const publishNext = async (alg: SigningAlgorithm, newest: RingKey): Promise<string> => {
    const rsaBits = rsaBitsOf(newest);
    const signsFrom = after(clock.now(), schedule.publishAhead);
    const pair = await makeSigningPair(system, { alg, rsaBits, signsFrom });
    await keys.add(pair);
    return pair[1]?.kid ?? '';
  };

  /** The private half is removed last: as long as it exists, the next rotation knows that the pair must be removed. */
  const remove = async (key: RingKey): Promise<string> => {
    const halves = halvesOf(key.name);
    await keys.remove(signingKeySet, halves.public);
    await keys.remove(signingKeySet, halves.private);
    return halves.public;
  };

  return async ({ holder }: RotateKeys): Promise<RotateKeysResult> => {
    if (schedule.interval === 0) return { outcome: 'off' };
    const now = clock.now();
    if (!(await leases.acquire({ name, holder, until: after(now, leaseDuration) }, now)))
      return { outcome: 'lease-not-acquired' };
    const { signing } = new KeyRing(cipher, await keys.list(signingKeySet), now, null);
    const published: string[] = [];
    for (const alg of signingAlgorithms) {
      const newest = signing.find(({ jwk }) => suits(jwk, alg));
      if (newest && needsSuccessor(newest, schedule, now)) published.push(await publishNext(alg, newest));
    }
    const removed: string[] = [];
    for (const key of expiredKeys(signing, signingAlgorithms, schedule, now)) removed.push(await remove(key));
    if (published.length + removed.length > 0) {
      signingKeysChanged();
      events?.record({ type: 'SigningKeysRotated', published, removed });
    }
    return { outcome: 'rotated', published, removed };
  };
};
