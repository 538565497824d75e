// ConsentStore in one table.
import {
  type Consent,
  type ConsentStore,
  completeConsent,
  type EpochSeconds,
  type Page,
  toStoredConsent,
} from '@claviger/core';
import { and, desc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { alsoEqual, belongsTo, given, givenRow, type Selection } from './placeholders.ts';
import { inBatches, removeSome } from './removal.ts';
import type { Tables } from './tables.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { consents } = tables;
  const isOfSubject = eq(consents.subject, given('subject', consents.subject));
  const isOfClient = alsoEqual(consents.clientId, given('clientId', consents.clientId));
  const isRemembered = or(isNull(consents.expiresAt), gt(consents.expiresAt, now));
  const newestFirst = [desc(consents.requestedAt), desc(consents.id)];
  return {
    remember: query
      .insert(consents)
      .values(givenRow(consents))
      .onConflictDoNothing()
      .returning({ id: consents.id })
      .prepare('remember consent'),
    findFor: query
      .select()
      .from(consents)
      .where(and(isOfSubject, isOfClient, isRemembered))
      .orderBy(...newestFirst)
      .prepare('find consents for a client'),
    list: query
      .select()
      .from(consents)
      .where(and(isOfSubject, isRemembered))
      .orderBy(...newestFirst)
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset'))
      .prepare('list consents'),
    removeExpired: removeSome(database, {
      table: consents,
      key: consents.id,
      which: lte(consents.expiresAt, now),
      limit: sql.placeholder('limit'),
    }),
  };
};

const consentOf = ({ data, ...columns }: Tables['consents']['$inferSelect']): Consent =>
  completeConsent({ ...columns, ...data });

export class SqlConsentStore implements ConsentStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async remember(consent: Consent): Promise<void> {
    const { id, clientId, subject, requestedAt, expiresAt, ...data } = toStoredConsent(consent);
    const row = { id, clientId, subject, requestedAt, expiresAt, data };
    await this.#database.change(this.#statements().remember, row);
  }

  async findFor(clientId: string, subject: string, now: EpochSeconds): Promise<readonly Consent[]> {
    return (await this.#database.run(this.#statements().findFor, { clientId, subject, now })).map(consentOf);
  }

  async list(subject: string, { limit, offset }: Page, now: EpochSeconds): Promise<readonly Consent[]> {
    return (await this.#database.run(this.#statements().list, { subject, limit, offset, now })).map(consentOf);
  }

  async forget(of: Selection): Promise<number> {
    const { consents } = this.#database.tables;
    return inBatches(async (limit) => {
      const removal = { table: consents, key: consents.id, which: belongsTo(of, consents), limit, eager: true };
      return (await this.#database.change(removeSome(this.#database, removal))).length;
    });
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#statements().removeExpired, { now, limit })).length;
  }
}
