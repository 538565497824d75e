// Verifies the audit table: every event's MAC, the order of each chain, its beginning (an anchor), and its end (a checkpoint).
// Reads the table in pages, so that memory does not grow with it.
import type { AuditAnchor, AuditCheckpoint, AuditStore, ChainHead, SealedAuditEvent } from '../../ports/audit-store.ts';
import type { Mac } from '../../ports/system.ts';
import { isGenuineAnchor, isGenuineCheckpoint, isGenuineEvent } from './seals.ts';

export interface AuditFault {
  readonly kind: /** The server did not write this event here: it was changed, moved or added. */
    | 'not-genuine'
    /** The key that sealed the event is not among the configured system secrets. */
    | 'unknown-key'
    /** Events between two others, or at the beginning, are missing. */
    | 'removed'
    /** Events that the checkpoint knows are missing at the end. */
    | 'cut-off'
    /** The event does not follow the one before it. */
    | 'unlinked'
    /** The event is genuine, but the checkpoint has another one in its place. */
    | 'not-of-checkpoint'
    /** According to the anchor, retention removed this event, but it is present. */
    | 'returned'
    | 'anchor-not-genuine'
    | 'checkpoint-not-genuine';
  /** '' for a checkpoint. */
  readonly chain: string;
  readonly from: number;
  readonly to: number;
}

export interface AuditVerification {
  readonly chains: number;
  readonly events: number;
}

interface Deps {
  readonly store: AuditStore;
  readonly mac: Mac;
}

const pageSize = 1000;

/** What is expected of one chain, and how far it was read. */
class ChainReader {
  readonly #mac: Mac;
  readonly #chain: string;
  readonly #head: ChainHead | undefined;
  #expected: number;
  /** null: the event before is not known for certain. */
  #previous: string | null;

  constructor(mac: Mac, chain: string, anchor: AuditAnchor | undefined, head: ChainHead | undefined) {
    this.#mac = mac;
    this.#chain = chain;
    this.#head = head;
    this.#expected = (anchor?.sequence ?? 0) + 1;
    this.#previous = anchor?.mac ?? '';
  }

  *read(event: SealedAuditEvent): Generator<AuditFault> {
    const { sequence } = event;
    if (sequence < this.#expected) return yield this.#fault('returned', sequence);
    if (sequence > this.#expected) {
      yield this.#fault('removed', this.#expected, sequence - 1);
      this.#previous = null;
    }
    const isGenuine = isGenuineEvent(this.#mac, event);
    if (!isGenuine) {
      const isKnown = this.#mac.keyIds('audit-event').includes(event.keyId);
      yield this.#fault(isKnown ? 'not-genuine' : 'unknown-key', sequence);
    } else if (this.#previous !== null && event.previous !== this.#previous) yield this.#fault('unlinked', sequence);
    else if (this.#head?.sequence === sequence && this.#head.mac !== event.mac) {
      yield this.#fault('not-of-checkpoint', sequence);
    }
    this.#previous = isGenuine ? event.mac : null;
    this.#expected = sequence + 1;
  }

  *end(): Generator<AuditFault> {
    const last = this.#head?.sequence ?? 0;
    if (last >= this.#expected) yield this.#fault('cut-off', this.#expected, last);
  }

  #fault(kind: AuditFault['kind'], from: number, to = from): AuditFault {
    return { kind, chain: this.#chain, from, to };
  }
}

/** `checkpoint`: kept outside of the database. Without one, a cut-off tail is not found. Yields each fault. */
export const makeVerifyChains = ({ store, mac }: Deps) =>
  async function* verify(checkpoint: AuditCheckpoint | null): AsyncGenerator<AuditFault, AuditVerification> {
    const isGenuine = checkpoint !== null && isGenuineCheckpoint(mac, checkpoint);
    if (checkpoint && !isGenuine) {
      yield { kind: 'checkpoint-not-genuine', chain: '', from: checkpoint.number, to: checkpoint.number };
    }
    const heads = new Map((isGenuine ? checkpoint.heads : []).map((head) => [head.chain, head]));
    const anchors = new Map<string, AuditAnchor>();
    for (const anchor of await store.anchors()) {
      if (isGenuineAnchor(mac, anchor)) anchors.set(anchor.chain, anchor);
      else yield { kind: 'anchor-not-genuine', chain: anchor.chain, from: anchor.sequence, to: anchor.sequence };
    }
    const found = (await store.heads('all')).map(({ chain }) => chain);
    const chains = new Set([...found, ...heads.keys()]);
    let events = 0;
    for (const chain of [...chains].sort()) {
      const reader = new ChainReader(mac, chain, anchors.get(chain), heads.get(chain));
      for (let after = Number.MIN_SAFE_INTEGER, isFull = true; isFull; ) {
        const page = await store.readChain(chain, after, pageSize);
        for (const event of page) yield* reader.read(event);
        events += page.length;
        after = page.at(-1)?.sequence ?? after;
        isFull = page.length === pageSize;
      }
      yield* reader.end();
    }
    return { chains: chains.size, events };
  };
