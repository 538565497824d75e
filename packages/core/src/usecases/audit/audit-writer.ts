// Writes the events of one process into its chain: in batches, outside of requests, from a bounded queue.
import type { AuditEvent, AuditStore, SealedAuditEvent } from '../../ports/audit-store.ts';
import type { System } from '../../ports/system.ts';
import { idBytes } from '../opaque-handle.ts';
import { sealEvent } from './seals.ts';

/** An entry as the caller passes it. The writer adds its place in the chain. */
export type AuditEntry = Omit<AuditEvent, 'chain' | 'sequence'>;

export interface AuditWriterOptions {
  readonly store: AuditStore;
  readonly system: Pick<System, 'clock' | 'mac' | 'random'>;
  /** Maximum number of waiting entries. Refusals may take half of them. Default 10,000. */
  readonly capacity?: number;
  /** Milliseconds for which entries are collected, and between two attempts while the store fails. */
  readonly collectMs?: number;
  readonly retryMs?: number;
  /** Receives each failure of the store. The batch is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Rows per statement. Only a few sizes, so that a database prepares few statements. */
const batchSizes = [64, 16, 4, 1] as const;

export class AuditWriter {
  readonly #options: AuditWriterOptions;
  readonly #capacity: number;
  readonly #queue: AuditEntry[] = [];
  #chain = '';
  #sequence = 0;
  #previous = '';
  #lost = 0;
  /** Entries lost since the last entry that reports the loss. */
  #lostUnsaid = 0;
  #running: Promise<void> | undefined;
  #closing = false;
  #wake: () => void = () => undefined;

  constructor(options: AuditWriterOptions) {
    this.#options = options;
    this.#capacity = options.capacity ?? 10_000;
  }

  /** Entries that were not written because the queue was full, since the start. */
  get lost(): number {
    return this.#lost;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Never throws and never waits. `displaceable`: anonymous callers can cause any number of such entries. */
  add(entry: AuditEntry, displaceable = false): void {
    const room = displaceable ? this.#capacity / 2 : this.#capacity;
    if (this.#closing || this.#queue.length >= room) {
      this.#lost += 1;
      this.#lostUnsaid += 1;
      return;
    }
    this.#queue.push(entry);
    this.#running ??= this.#run();
  }

  /** Writes the waiting entries and ends the chain. Gives up at the next failure. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake();
    await this.#running;
    if (this.#chain !== '' && this.#queue.length === 0) {
      await this.#append([this.#own('AuditChainEnded', {})]).catch(this.#options.onFailure);
    }
  }

  async #run(): Promise<void> {
    await this.#pause(this.#options.collectMs ?? 100);
    while (this.#queue.length > 0) {
      const size = batchSizes.find((rows) => rows <= this.#queue.length) ?? 1;
      if (!(await this.#write(this.#queue.slice(0, size)))) break;
      this.#queue.splice(0, size);
      if (this.#lostUnsaid > 0 && this.#queue.length < this.#capacity) {
        this.#queue.push(this.#own('AuditEventsLost', { count: this.#lostUnsaid }));
        this.#lostUnsaid = 0;
      }
    }
    this.#running = undefined;
  }

  /** Repeats until the entries are stored. Returns false if it gave up because the process is ending. */
  async #write(entries: readonly AuditEntry[]): Promise<boolean> {
    for (;;) {
      try {
        if (this.#chain === '') await this.#begin();
        await this.#append(entries);
        return true;
      } catch (error) {
        this.#options.onFailure(error);
        if (this.#closing) return false;
        await this.#pause(this.#options.retryMs ?? 1000);
      }
    }
  }

  async #begin(): Promise<void> {
    const chain = this.#options.system.random.base64url(idBytes);
    const start = { ...this.#own('AuditChainStarted', {}), chain, sequence: 1 };
    const sealed = sealEvent(this.#options.system.mac, start, '');
    await this.#options.store.append([sealed]);
    this.#chain = chain;
    this.#sequence = 1;
    this.#previous = sealed.mac;
  }

  /**
   * `exists` means that an earlier attempt, whose answer was lost, has stored the batch. If somebody else stored rows
   * under these numbers, verification reports them, and the chain ends here.
   */
  async #append(entries: readonly AuditEntry[]): Promise<void> {
    const sealed: SealedAuditEvent[] = [];
    let previous = this.#previous;
    for (const [index, entry] of entries.entries()) {
      const event = { ...entry, chain: this.#chain, sequence: this.#sequence + index + 1 };
      const next = sealEvent(this.#options.system.mac, event, previous);
      sealed.push(next);
      previous = next.mac;
    }
    if ((await this.#options.store.append(sealed)) === 'exists' && !(await this.#isOwn(sealed))) {
      this.#chain = '';
      throw new Error('The audit table already has rows with the numbers that this process is about to write.');
    }
    this.#sequence += entries.length;
    this.#previous = previous;
  }

  async #isOwn(sealed: readonly SealedAuditEvent[]): Promise<boolean> {
    const stored = await this.#options.store.readChain(this.#chain, this.#sequence, sealed.length);
    return stored.length === sealed.length && stored.every(({ mac }, index) => mac === sealed[index]?.mac);
  }

  #own(type: string, data: object): AuditEntry {
    const { clock } = this.#options.system;
    const time = clock.milliseconds?.() ?? clock.now() * 1000;
    return { time, type, clientId: null, subject: null, data: JSON.stringify(data) };
  }

  #pause(milliseconds: number): Promise<void> {
    if (this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      timer.unref?.();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
