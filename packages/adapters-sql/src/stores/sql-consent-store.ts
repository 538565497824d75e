// ConsentStore in one table.
import type { Consent, ConsentStore, EpochSeconds, Page } from '@claviger/core';
import { and, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { once } from '../database.ts';
import { belongsTo, givenRow, type Selection } from '../placeholders.ts';
import { consents } from '../schema/sqlite.ts';
import type { QueryBuilder, SqliteDatabase } from '../sqlite-database.ts';

const isRemembered = or(isNull(consents.expiresAt), gt(consents.expiresAt, sql.placeholder('now')));
const newestFirst = [desc(consents.requestedAt), desc(consents.id)];

const prepare = (query: QueryBuilder) => ({
  remember: query
    .insert(consents)
    .values(givenRow(consents))
    .onConflictDoNothing()
    .returning({ id: consents.id })
    .prepare(),
  findFor: query
    .select()
    .from(consents)
    .where(
      and(
        eq(consents.subject, sql.placeholder('subject')),
        eq(consents.clientId, sql.placeholder('clientId')),
        isRemembered,
      ),
    )
    .orderBy(...newestFirst)
    .prepare(),
  list: query
    .select()
    .from(consents)
    .where(and(eq(consents.subject, sql.placeholder('subject')), isRemembered))
    .orderBy(...newestFirst)
    .limit(sql.placeholder('limit'))
    .offset(sql.placeholder('offset'))
    .prepare(),
  removeExpired: query
    .delete(consents)
    .where(
      inArray(
        consents.id,
        query
          .select({ id: consents.id })
          .from(consents)
          .where(lte(consents.expiresAt, sql.placeholder('now')))
          .limit(sql.placeholder('limit')),
      ),
    )
    .returning({ id: consents.id })
    .prepare(),
});

const consentOf = ({ data, ...columns }: typeof consents.$inferSelect): Consent => ({ ...columns, ...data });

export class SqlConsentStore implements ConsentStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepare(database.query));
  }

  async remember({ id, clientId, subject, requestedAt, expiresAt, ...data }: Consent): Promise<void> {
    const row = { id, clientId, subject, requestedAt, expiresAt, data };
    await this.#database.run(this.#statements().remember, row);
  }

  async findFor(clientId: string, subject: string, now: EpochSeconds): Promise<readonly Consent[]> {
    return (await this.#database.run(this.#statements().findFor, { clientId, subject, now })).map(consentOf);
  }

  async list(subject: string, { limit, offset }: Page, now: EpochSeconds): Promise<readonly Consent[]> {
    return (await this.#database.run(this.#statements().list, { subject, limit, offset, now })).map(consentOf);
  }

  async forget(of: Selection): Promise<number> {
    const removal = this.#database.query.delete(consents).where(belongsTo(of, consents)).returning({ id: consents.id });
    return (await this.#database.run(removal.prepare())).length;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.run(this.#statements().removeExpired, { now, limit })).length;
  }
}
