import type { Hashed } from '../domain/hashed.ts';
import type { EpochSeconds } from '../domain/time.ts';

/** A name that one holder at a time may have: a node's turn to clean, the first use of a value that counts once. */
export interface Claim {
  /** Hash of what is claimed. */
  readonly name: Hashed;
  /** Who claims it: a name of its own choice. */
  readonly holder: string;
  readonly until: EpochSeconds;
}

/** Claims that end by themselves. */
export interface ClaimStore {
  /**
   * Decides atomically: claims the name, unless another holder has it past `now`. A holder that has it already keeps it,
   * until the new `until`; one that is not past `now` ends the claim. Whether the name was the holder's to claim.
   */
  claim(claim: Claim, now: EpochSeconds): Promise<boolean>;
  /** Removes at most `limit` claims that are over at `now`. Returns how many. A store may leave them to expire by themselves and return 0. */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
