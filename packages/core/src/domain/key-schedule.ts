// When a signing key signs, and when it is removed. Per algorithm, newest first:
//
//   published ──(signsFrom)──> signs ──(a newer one signs)──> only verifies ──(all it signed has expired)──> removed
//
// Only signsFrom is stored. The rest follows from the keys in the set.
import type { Jwk } from './jwk.ts';
import { type SigningAlgorithm, suits } from './server-signing-algorithms.ts';
import type { EpochSeconds, Seconds } from './time.ts';

/** A key pair of the signing set, seen from its private half. */
export interface ScheduledKey {
  /** Its kid without `private:`. */
  readonly name: string;
  readonly jwk: Jwk;
  /** For a key that an administrator added: the time it was made, because it signs immediately. */
  readonly signsFrom: EpochSeconds;
}

export interface KeySchedule {
  /** For how long each key signs. */
  readonly interval: Seconds;
  /** For how long a key is published before it signs. */
  readonly publishAhead: Seconds;
  /** For how long a key is published after its last signature. */
  readonly keepFor: Seconds;
}

/**
 * The key that signs: the newest whose signing time has begun. If there is none, the oldest waiting key, because it has
 * been published the longest.
 */
export const signerFor = <Key extends ScheduledKey>(
  newestFirst: readonly Key[],
  alg: SigningAlgorithm,
  now: EpochSeconds,
): Key | undefined => {
  const suitable = newestFirst.filter(({ jwk }) => suits(jwk, alg));
  return suitable.find(({ signsFrom }) => signsFrom <= now) ?? suitable.at(-1);
};

/** Whether it is time to publish the next key, so that clients know it before it signs. */
export const needsSuccessor = (newest: ScheduledKey, schedule: KeySchedule, now: EpochSeconds): boolean =>
  newest.signsFrom + schedule.interval - schedule.publishAhead <= now;

/** The keys that fit at least one of the algorithms, and that none of these algorithms needs any more. */
export const expiredKeys = <Key extends ScheduledKey>(
  newestFirst: readonly Key[],
  algorithms: readonly SigningAlgorithm[],
  schedule: KeySchedule,
  now: EpochSeconds,
): readonly Key[] =>
  newestFirst.filter((key, place) => {
    const served = algorithms.filter((alg) => suits(key.jwk, alg));
    const isOver = (alg: SigningAlgorithm): boolean =>
      newestFirst.slice(0, place).some((newer) => suits(newer.jwk, alg) && newer.signsFrom + schedule.keepFor <= now);
    return served.length > 0 && served.every(isOver);
  });
