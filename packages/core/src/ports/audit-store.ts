// The audit table: chains of sealed events, the checkpoints over their heads, and the anchors that retention leaves.
// Optional, and not one of Stores: only SQL databases have it. docs/audit.md explains the chains.

/** One event, before it is sealed. */
export interface AuditEvent {
  /** The chain of one process. 16 random bytes, base64url. */
  readonly chain: string;
  /** 1 for the first of its chain, without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly type: string;
  readonly clientId: string | null;
  readonly subject: string | null;
  /** JSON with the other members. */
  readonly data: string;
}

export interface SealedAuditEvent extends AuditEvent {
  /** The key that made the MAC. */
  readonly keyId: string;
  /** The MAC of the event before, '' for the first of a chain. */
  readonly previous: string;
  /** Over every other member. */
  readonly mac: string;
}

export interface ChainHead {
  readonly chain: string;
  readonly sequence: number;
  /** The MAC of the event with this sequence. */
  readonly mac: string;
}

/** Retention has removed the chain's events up to this one. */
export interface AuditAnchor extends ChainHead {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly keyId: string;
  /** Over every other member. */
  readonly seal: string;
}

/** The heads of all chains at one moment. */
export interface AuditCheckpoint {
  /** 1 for the first, without gaps. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly heads: readonly ChainHead[];
  /** The seal of the checkpoint before, '' for the first. */
  readonly previous: string;
  readonly keyId: string;
  /** Over every other member. */
  readonly seal: string;
}

/** Where a page of events begins: after this event, in the order of `list`. */
export type AuditCursor = Pick<AuditEvent, 'time' | 'chain' | 'sequence'>;

export interface AuditFilter {
  /** Any of these. Absent for every type. */
  readonly types?: readonly string[];
  readonly clientId?: string;
  readonly subject?: string;
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number;
}

export interface AuditStore {
  /** Atomic. Saves all events, or returns `exists` and saves none if a chain already has an event with a sequence. */
  append(events: readonly SealedAuditEvent[]): Promise<'appended' | 'exists'>;
  /** Newest first: by time, chain and sequence, all descending, texts in code point order. At most `limit`. */
  list(filter: AuditFilter, after: AuditCursor | null, limit: number): Promise<readonly SealedAuditEvent[]>;
  /** The events of one chain after a sequence, ascending. At most `limit`. */
  readChain(chain: string, after: number, limit: number): Promise<readonly SealedAuditEvent[]>;
  /**
   * The newest event of each chain that has events. `known` is fast, and returns only chains that still have their
   * first event or have an anchor. `all` returns every chain, and reads the whole table.
   */
  heads(scan: 'known' | 'all'): Promise<readonly ChainHead[]>;
  /** Atomic. Of concurrent calls with the same number, one gets `saved`; the others get `exists` and change nothing. */
  saveCheckpoint(checkpoint: AuditCheckpoint): Promise<'saved' | 'exists'>;
  /** The one with the highest number. */
  latestCheckpoint(): Promise<AuditCheckpoint | undefined>;
  /** Removes the checkpoints with a lower number. Returns how many there were. */
  removeCheckpointsBefore(number: number): Promise<number>;
  anchors(): Promise<readonly AuditAnchor[]>;
  /**
   * Atomic. Saves the anchor and removes the chain's events up to it. Does nothing if the chain has an anchor that is
   * not lower. Returns the number of events removed.
   */
  prune(anchor: AuditAnchor): Promise<number>;
}
