// AuditStore in memory.
import type {
  AuditAnchor,
  AuditCheckpoint,
  AuditCursor,
  AuditFilter,
  AuditStore,
  ChainHead,
  SealedAuditEvent,
} from '../ports/audit-store.ts';

const placeOf = ({ chain, sequence }: Pick<SealedAuditEvent, 'chain' | 'sequence'>): string => `${chain} ${sequence}`;

const compare = (one: AuditCursor, other: AuditCursor): number =>
  one.time - other.time ||
  (one.chain === other.chain ? one.sequence - other.sequence : one.chain < other.chain ? -1 : 1);

const matches = ({ types, clientId, subject, since, until }: AuditFilter, event: SealedAuditEvent): boolean =>
  (types === undefined || types.includes(event.type)) &&
  (clientId === undefined || event.clientId === clientId) &&
  (subject === undefined || event.subject === subject) &&
  (since === undefined || event.time >= since) &&
  (until === undefined || event.time < until);

export class MemoryAuditStore implements AuditStore {
  readonly #events = new Map<string, SealedAuditEvent>();
  readonly #anchors = new Map<string, AuditAnchor>();
  readonly #checkpoints = new Map<number, AuditCheckpoint>();

  async append(events: readonly SealedAuditEvent[]): Promise<'appended' | 'exists'> {
    if (events.some((event) => this.#events.has(placeOf(event)))) return 'exists';
    for (const event of events) this.#events.set(placeOf(event), event);
    return 'appended';
  }

  async list(filter: AuditFilter, after: AuditCursor | null, limit: number): Promise<readonly SealedAuditEvent[]> {
    return [...this.#events.values()]
      .filter((event) => matches(filter, event) && (after === null || compare(event, after) < 0))
      .sort((one, other) => compare(other, one))
      .slice(0, limit);
  }

  async readChain(chain: string, after: number, limit: number): Promise<readonly SealedAuditEvent[]> {
    return this.#of(chain)
      .filter(({ sequence }) => sequence > after)
      .slice(0, limit);
  }

  async heads(scan: 'known' | 'all'): Promise<readonly ChainHead[]> {
    const chains = [...new Set([...this.#events.values()].map(({ chain }) => chain))];
    return chains
      .filter(
        (chain) => scan === 'all' || this.#anchors.has(chain) || this.#events.has(placeOf({ chain, sequence: 1 })),
      )
      .flatMap((chain) => {
        const last = this.#of(chain).at(-1);
        return last ? [{ chain, sequence: last.sequence, mac: last.mac }] : [];
      });
  }

  async saveCheckpoint(checkpoint: AuditCheckpoint): Promise<'saved' | 'exists'> {
    if (this.#checkpoints.has(checkpoint.number)) return 'exists';
    this.#checkpoints.set(checkpoint.number, checkpoint);
    return 'saved';
  }

  async latestCheckpoint(): Promise<AuditCheckpoint | undefined> {
    return [...this.#checkpoints.values()].sort((one, other) => other.number - one.number)[0];
  }

  async removeCheckpointsBefore(number: number): Promise<number> {
    const old = [...this.#checkpoints.keys()].filter((key) => key < number);
    for (const key of old) this.#checkpoints.delete(key);
    return old.length;
  }

  async anchors(): Promise<readonly AuditAnchor[]> {
    return [...this.#anchors.values()];
  }

  async prune(anchor: AuditAnchor): Promise<number> {
    if ((this.#anchors.get(anchor.chain)?.sequence ?? -1) >= anchor.sequence) return 0;
    this.#anchors.set(anchor.chain, anchor);
    const old = this.#of(anchor.chain).filter(({ sequence }) => sequence <= anchor.sequence);
    for (const event of old) this.#events.delete(placeOf(event));
    return old.length;
  }

  #of(chain: string): readonly SealedAuditEvent[] {
    return [...this.#events.values()]
      .filter((event) => event.chain === chain)
      .sort((one, other) => one.sequence - other.sequence);
  }
}
