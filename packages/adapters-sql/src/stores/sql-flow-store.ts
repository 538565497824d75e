// FlowStore in one table: what commands compare or select by is in columns, the rest of the flow in one JSON document.
import { type EpochSeconds, type Flow, type FlowStore, subjectOf } from '@claviger/core';
import { and, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import { once, type Values } from '../database.ts';
import { belongsTo, given, givenRow, type Selection } from '../placeholders.ts';
import { flows } from '../schema/sqlite.ts';
import type { QueryBuilder, SqliteDatabase } from '../sqlite-database.ts';

const prepare = (query: QueryBuilder) => ({
  create: query.insert(flows).values(givenRow(flows)).returning({ id: flows.id }).prepare(),
  find: query
    .select()
    .from(flows)
    .where(and(eq(flows.id, sql.placeholder('id')), gt(flows.expiresAt, sql.placeholder('now'))))
    .prepare(),
  replace: query
    .update(flows)
    .set({
      version: given('version', flows.version),
      clientId: given('clientId', flows.clientId),
      subject: given('subject', flows.subject),
      expiresAt: given('expiresAt', flows.expiresAt),
      data: given('data', flows.data),
    })
    .where(
      and(
        eq(flows.id, sql.placeholder('id')),
        eq(flows.version, sql.placeholder('expectedVersion')),
        gt(flows.expiresAt, sql.placeholder('now')),
      ),
    )
    .returning({ id: flows.id })
    .prepare(),
  removeExpired: query
    .delete(flows)
    .where(
      inArray(
        flows.id,
        query
          .select({ id: flows.id })
          .from(flows)
          .where(lte(flows.expiresAt, sql.placeholder('now')))
          .limit(sql.placeholder('limit')),
      ),
    )
    .returning({ id: flows.id })
    .prepare(),
});

const rowOf = ({ id, version, expiresAt, ...data }: Flow): Values => {
  const flow = { id, version, expiresAt, ...data };
  return { id, version, clientId: data.request.clientId, subject: subjectOf(flow), expiresAt, data };
};

export class SqlFlowStore implements FlowStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepare(database.query));
  }

  async create(flow: Flow): Promise<void> {
    await this.#database.run(this.#statements().create, rowOf(flow));
  }

  async find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    const [row] = await this.#database.run(this.#statements().find, { id, now });
    return row && { id: row.id, version: row.version, expiresAt: row.expiresAt, ...row.data };
  }

  async replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    const replaced = await this.#database.run(this.#statements().replace, { ...rowOf(flow), expectedVersion, now });
    return replaced.length > 0 ? 'replaced' : 'stale';
  }

  async removeAll(of: Selection): Promise<number> {
    const removal = this.#database.query.delete(flows).where(belongsTo(of, flows)).returning({ id: flows.id });
    return (await this.#database.run(removal.prepare())).length;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.run(this.#statements().removeExpired, { now, limit })).length;
  }
}
