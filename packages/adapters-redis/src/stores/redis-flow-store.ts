// FlowStore: one key per flow, with native expiry.
import {
  completeFlow,
  type EpochSeconds,
  type Flow,
  type FlowStore,
  isPast,
  subjectOf,
  toStoredFlow,
  type WaitingNote,
} from '@claviger/core';
import { type Connection, isText } from '../connection.ts';
import { type Keys, timeToLive } from '../keys.ts';
import { OwnerIndex, ownersToMatch, type Selection } from '../owner-index.ts';
import { noteWaiting, removeFlow, replaceFlow } from '../scripts/flow-scripts.ts';

export class RedisFlowStore implements FlowStore {
  readonly #connection: Connection;
  readonly #keys: Keys;
  readonly #index: OwnerIndex;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
    this.#index = new OwnerIndex(connection, keys, 'flows');
  }

  async create(flow: Flow): Promise<void> {
    const { id, expiresAt, requestedAt } = flow;
    const text = textOf(flow);
    await this.#index.add(id, indexed(flow), expiresAt, requestedAt);
    const milliseconds = timeToLive(expiresAt, requestedAt);
    const reply = await this.#connection.command('set', this.#keys.flow(id), text, 'PX', milliseconds, 'NX');
    if (reply !== 'OK') throw new Error('The id of the flow is taken.');
  }

  async find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    const text = await this.#connection.command('get', this.#keys.flow(id));
    if (!isText(text)) return undefined;
    const flow = completeFlow(JSON.parse(text.split('\n')[4] ?? ''));
    return isPast(flow.expiresAt, now) ? undefined : flow;
  }

  async replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    const { id, expiresAt } = flow;
    const fixed = [
      expectedVersion,
      now,
      expiresAt,
      ...ownersToMatch(ownersOf(flow)),
      textOf(flow),
      timeToLive(expiresAt, now),
    ];
    const replace = (hasEntries: 0 | 1): Promise<unknown> =>
      this.#connection.run(replaceFlow, [this.#keys.flow(id)], [...fixed, hasEntries]);
    let reply = await replace(0);
    if (reply === 'index') {
      await this.#index.add(id, indexed(flow), expiresAt, now);
      reply = await replace(1);
    }
    return reply === 'replaced' ? 'replaced' : 'stale';
  }

  async noteWaiting({ holder, waiting, until }: WaitingNote, now: EpochSeconds): Promise<number> {
    const args = [holder, waiting, until, now, timeToLive(until, now)];
    return Number(await this.#connection.run(noteWaiting, [this.#keys.pendingFlows()], args));
  }

  async removeAll(of: Selection): Promise<number> {
    return this.#index.removeAll(of, async (id) =>
      Number(await this.#connection.run(removeFlow, [this.#keys.flow(id)], ownersToMatch(of))),
    );
  }

  /** Redis removes expired flows. */
  async removeExpired(): Promise<number> {
    return 0;
  }
}

const ownersOf = (flow: Flow) => ({ clientId: flow.request.clientId, subject: subjectOf(flow) });

/** A flow is indexed by subject only after the login. An index of all flows without a subject would be one hot slot. */
const indexed = (flow: Flow): Selection => {
  const { clientId, subject } = ownersOf(flow);
  return subject === '' ? { clientId } : { clientId, subject };
};

const textOf = (flow: Flow): string =>
  [flow.version, flow.expiresAt, ...ownersToMatch(ownersOf(flow)), JSON.stringify(toStoredFlow(flow))].join('\n');
