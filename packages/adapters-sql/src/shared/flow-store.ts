// FlowStore in one table: what commands compare or select by is in columns, the rest of the flow in one JSON document.
import {
  completeFlow,
  type EpochSeconds,
  type Flow,
  type FlowStore,
  isPast,
  subjectOf,
  type WaitingNote,
} from '@claviger/core';
import { and, eq, gt, lte, sql } from 'drizzle-orm';
import type { Tables } from '../postgres/schema.ts';
import { type Database, once } from './database.ts';
import { belongsTo, given, givenRow, type Selection } from './placeholders.ts';
import { inBatches, removeSome } from './removal.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { flows, pendingFlows } = tables;
  const isFlow = eq(flows.id, given('id', flows.id));
  // All of them, through the key: a table is never read as a whole, however many dead rows it holds.
  const byHolder = sql`${pendingFlows.holder} >= ''`;
  return {
    create: query.insert(flows).values(givenRow(flows)).returning({ id: flows.id }).prepare('create flow'),
    find: query
      .select()
      .from(flows)
      .where(and(isFlow, gt(flows.expiresAt, now)))
      .prepare('find flow'),
    replace: query
      .update(flows)
      .set({
        version: given('version', flows.version),
        clientId: given('clientId', flows.clientId),
        subject: given('subject', flows.subject),
        expiresAt: given('expiresAt', flows.expiresAt),
        data: given('data', flows.data),
      })
      .where(and(isFlow, eq(flows.version, sql.placeholder('expectedVersion')), gt(flows.expiresAt, now)))
      .returning({ id: flows.id })
      .prepare('replace flow'),
    note: query
      .insert(pendingFlows)
      .values(givenRow(pendingFlows))
      .onConflictDoUpdate({
        target: pendingFlows.holder,
        set: { waiting: given('waiting', pendingFlows.waiting), expiresAt: given('expiresAt', pendingFlows.expiresAt) },
      })
      .returning({ holder: pendingFlows.holder })
      .prepare('note waiting flows'),
    notes: query.select().from(pendingFlows).where(byHolder).prepare('notes of waiting flows'),
    removeNotes: query
      .delete(pendingFlows)
      .where(and(byHolder, lte(pendingFlows.expiresAt, now)))
      .returning({ holder: pendingFlows.holder })
      .prepare('remove notes of waiting flows'),
    removeExpired: removeSome(database, {
      table: flows,
      key: flows.id,
      which: lte(flows.expiresAt, now),
      limit: sql.placeholder('limit'),
    }),
  };
};

export type FlowRow = Tables['flows']['$inferSelect'];

/** The document is the whole flow: taking three members out of it would cost more than keeping them. */
export const rowOf = (flow: Flow): FlowRow => ({
  id: flow.id,
  version: flow.version,
  clientId: flow.request.clientId,
  subject: subjectOf(flow),
  expiresAt: flow.expiresAt,
  data: flow,
});

export const flowOf = ({
  id,
  version,
  expiresAt,
  data,
}: Pick<FlowRow, 'id' | 'version' | 'expiresAt' | 'data'>): Flow => {
  // It has just been read, and is nobody else's: it becomes the flow.
  return completeFlow(Object.assign(data, { id, version, expiresAt }));
};

export class SqlFlowStore implements FlowStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async create(flow: Flow): Promise<void> {
    await this.#database.change(this.#statements().create, { ...rowOf(flow) });
  }

  async find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    const [row] = await this.#database.run(this.#statements().find, { id, now });
    return row && flowOf(row);
  }

  async replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    const replaced = await this.#database.change(this.#statements().replace, { ...rowOf(flow), expectedVersion, now });
    return replaced.length > 0 ? 'replaced' : 'stale';
  }

  async noteWaiting({ holder, waiting, until }: WaitingNote, now: EpochSeconds): Promise<number> {
    const { note, notes, removeNotes } = this.#statements();
    await this.#database.change(note, { holder, waiting, expiresAt: until });
    const all = await this.#database.run(notes);
    const live = all.filter(({ expiresAt }) => !isPast(expiresAt, now));
    if (live.length < all.length) await this.#database.change(removeNotes, { now });
    return live.reduce((sum, row) => sum + row.waiting, 0);
  }

  async removeAll(of: Selection): Promise<number> {
    const { flows } = this.#database.tables;
    return inBatches(async (limit) => {
      const removal = { table: flows, key: flows.id, which: belongsTo(of, flows), limit, eager: true };
      return (await this.#database.change(removeSome(this.#database, removal))).length;
    });
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#statements().removeExpired, { now, limit })).length;
  }
}
