// FlowStore on SQLite. Members that commands compare or select by have columns; the flow itself is one JSON document.
import type { EpochSeconds, Flow, FlowStore, WaitingNote } from '@claviger/core';
import { and, eq, gt, sql } from 'drizzle-orm';
import { type Database, once } from '../shared/database.ts';
import { flowOf, flowRow } from '../shared/flow-rows.ts';
import { noteWaiting, prepareFlowUpkeep, removeFlows } from '../shared/flow-upkeep.ts';
import { given, givenRow, type Selection } from '../shared/placeholders.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { flows } = tables;
  const isFlow = eq(flows.id, given('id', flows.id));
  return {
    ...prepareFlowUpkeep(database),
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
  };
};

export class SqliteFlowStore implements FlowStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async create(flow: Flow): Promise<void> {
    await this.#database.change(this.#statements().create, flowRow(flow));
  }

  async find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    const [row] = await this.#database.run(this.#statements().find, { id, now });
    return row && flowOf(row);
  }

  async replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    const values = { ...flowRow(flow), expectedVersion, now };
    const replaced = await this.#database.change(this.#statements().replace, values);
    return replaced.length > 0 ? 'replaced' : 'stale';
  }

  async noteWaiting(note: WaitingNote, now: EpochSeconds): Promise<number> {
    return noteWaiting(this.#database, this.#statements(), note, now);
  }

  async removeAll(of: Selection): Promise<number> {
    return removeFlows(this.#database, of);
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#statements().removeExpired, { now, limit })).length;
  }
}
