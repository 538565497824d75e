import type { Hashed } from '../domain/hashed.ts';
import type { EpochSeconds } from '../domain/time.ts';

/**
 * One holder's exclusive right to a name until a moment in time. Nodes use leases to take turns, for example at
 * cleaning. A one-time value is a lease of a holder that nobody uses again: the first request gets it, and no later one
 * can renew it.
 */
export interface Lease {
  /** Hash of what the lease is about: a task of the nodes, or a one-time value such as a `jti`. */
  readonly name: Hashed;
  /** The holder's own name. Another holder has another name. */
  readonly holder: string;
  /** The lease has ended from this second on. */
  readonly until: EpochSeconds;
}

/** Leases. They end even if nobody releases them. */
export interface LeaseStore {
  /**
   * Atomic. Gives the lease to the holder, unless another holder's lease on the name is still running at `now`. A
   * holder that acquires its own lease again changes its end: a later `until` renews the lease, an `until` that is not
   * after `now` releases it. Returns whether the holder got the lease.
   */
  acquire(lease: Lease, now: EpochSeconds): Promise<boolean>;
  /**
   * Removes at most `limit` leases that have ended at `now`, and returns how many it removed. A store whose rows expire
   * without this command returns 0.
   */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
