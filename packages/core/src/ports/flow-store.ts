import type { Flow } from '../domain/flow.ts';
import type { EpochSeconds } from '../domain/time.ts';

/** What one process tells the others about the flows that it began. */
export interface WaitingNote {
  /** The process, by a name that no other has. */
  readonly holder: string;
  /** Flows that it began, less those that it saw end: negative where other processes began most of what ends here. */
  readonly waiting: number;
  /** The note counts until then, also when the process has stopped. */
  readonly until: EpochSeconds;
}

/** Authorization requests in flight. They live minutes. */
export interface FlowStore {
  /** Rejects, and changes nothing, when the id is taken: ids are drawn, so that is a fault of the caller. */
  create(flow: Flow): Promise<void>;
  /** Undefined when unknown or expired at `now`. */
  find(id: string, now: EpochSeconds): Promise<Flow | undefined>;
  /** Replaces the flow if the stored version is still `expectedVersion`; `stale` also when it is gone or expired at `now`. */
  replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'>;
  /** Notes it in place of the holder's earlier note. Returns the sum of all holders' notes that count at `now`. */
  noteWaiting(note: WaitingNote, now: EpochSeconds): Promise<number>;
  /** Removes the flows of a client, of a subject (subjectOf), or of both together; naming neither removes none. Returns how many. */
  removeAll(of: { readonly clientId?: string; readonly subject?: string }): Promise<number>;
  /** Removes at most `limit` flows that are expired at `now`. Returns how many. A store may leave them to expire by themselves and return 0. */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
