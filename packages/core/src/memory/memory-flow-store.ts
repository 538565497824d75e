// The reference FlowStore. Nothing awaits between reading and writing, so every command is atomic.
import { type Flow, subjectOf } from '../domain/flow.ts';
import { type EpochSeconds, isPast } from '../domain/time.ts';
import type { FlowStore, WaitingNote } from '../ports/flow-store.ts';
import { removeWhere } from './removal.ts';
import { type Selection, selects } from './selection.ts';

export class MemoryFlowStore implements FlowStore {
  readonly #flows = new Map<string, Flow>();
  readonly #notes = new Map<string, WaitingNote>();

  async create(flow: Flow): Promise<void> {
    if (this.#flows.has(flow.id)) throw new Error('The id of the flow is taken.');
    this.#flows.set(flow.id, structuredClone(flow));
  }

  async find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    return structuredClone(this.#live(id, now));
  }

  async replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    if (this.#live(flow.id, now)?.version !== expectedVersion) return 'stale';
    this.#flows.set(flow.id, structuredClone(flow));
    return 'replaced';
  }

  async noteWaiting(note: WaitingNote, now: EpochSeconds): Promise<number> {
    this.#notes.set(note.holder, { ...note });
    removeWhere(this.#notes, ({ until }) => isPast(until, now));
    return [...this.#notes.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  async removeAll(of: Selection): Promise<number> {
    return removeWhere(this.#flows, (flow) =>
      selects(of, { clientId: flow.request.clientId, subject: subjectOf(flow) }),
    );
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return removeWhere(this.#flows, (flow) => isPast(flow.expiresAt, now), limit);
  }

  #live(id: string, now: EpochSeconds): Flow | undefined {
    const flow = this.#flows.get(id);
    return flow && !isPast(flow.expiresAt, now) ? flow : undefined;
  }
}
