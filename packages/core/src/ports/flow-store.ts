import type { Flow } from '../domain/flow.ts';
import type { EpochSeconds } from '../domain/time.ts';

/** How many flows of one process are waiting, stored so that the other processes can count them. */
export interface WaitingNote {
  /** The unique name of the process. */
  readonly holder: string;
  /** Flows that began in this process, minus flows that ended in it. Negative if most of the latter began elsewhere. */
  readonly waiting: number;
  /** The note counts until this second, even if the process has stopped. */
  readonly until: EpochSeconds;
}

/** Authorization requests in progress. They live for minutes. */
export interface FlowStore {
  /** Rejects and changes nothing if the id exists. Ids are random, so a duplicate is a bug in the caller. */
  create(flow: Flow): Promise<void>;
  /** Undefined if the flow is unknown or has expired at `now`. */
  find(id: string, now: EpochSeconds): Promise<Flow | undefined>;
  /**
   * Atomic. Replaces the flow if the stored version is still `expectedVersion`. Returns `stale` and changes nothing if
   * the version differs, or if the flow was removed or has expired at `now`.
   */
  replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'>;
  /** Replaces the holder's earlier note. Returns the sum of `waiting` over all notes that still count at `now`. */
  noteWaiting(note: WaitingNote, now: EpochSeconds): Promise<number>;
  /**
   * Removes the flows of a client, of a subject (see subjectOf), or of one subject with one client when both are given.
   * Removes nothing when neither is given. Returns the number removed.
   */
  removeAll(of: { readonly clientId?: string; readonly subject?: string }): Promise<number>;
  /**
   * Removes at most `limit` flows that have expired at `now`. Returns the number removed. A store with native expiry
   * may do nothing and return 0.
   */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
