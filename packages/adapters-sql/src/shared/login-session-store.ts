// LoginSessionStore in one table.
import type { EpochSeconds, Hashed, LoginSession, LoginSessionStore } from '@claviger/core';
import { and, eq, lte, sql } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { alsoAfter, given, givenRow } from './placeholders.ts';
import { removeSome } from './removal.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { loginSessions } = tables;
  const isSession = eq(loginSessions.id, given('id', loginSessions.id));
  const key = { id: loginSessions.id };
  return {
    save: query
      .insert(loginSessions)
      .values(givenRow(loginSessions))
      .onConflictDoUpdate({
        target: loginSessions.id,
        set: {
          subject: given('subject', loginSessions.subject),
          authenticatedAt: given('authenticatedAt', loginSessions.authenticatedAt),
          expiresAt: given('expiresAt', loginSessions.expiresAt),
          acr: given('acr', loginSessions.acr),
        },
      })
      .returning(key)
      .prepare('save login session'),
    find: query
      .select()
      .from(loginSessions)
      .where(and(isSession, alsoAfter(loginSessions.expiresAt, now)))
      .prepare('find login session'),
    remove: query.delete(loginSessions).where(isSession).returning(key).prepare('remove login session'),
    removeBySubject: query
      .delete(loginSessions)
      .where(eq(loginSessions.subject, given('subject', loginSessions.subject)))
      .returning(key)
      .prepare('remove login sessions of a subject'),
    removeExpired: removeSome(database, {
      table: loginSessions,
      key: loginSessions.id,
      which: lte(loginSessions.expiresAt, now),
      limit: sql.placeholder('limit'),
    }),
  };
};

export class SqlLoginSessionStore implements LoginSessionStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async save(session: LoginSession): Promise<void> {
    await this.#database.change(this.#statements().save, { ...session, acr: session.acr ?? '' });
  }

  async find(id: Hashed, now: EpochSeconds): Promise<LoginSession | undefined> {
    const [session] = await this.#database.run(this.#statements().find, { id, now });
    return session && { ...session, acr: session.acr || null };
  }

  async remove(id: Hashed): Promise<boolean> {
    return (await this.#database.change(this.#statements().remove, { id })).length > 0;
  }

  async removeBySubject(subject: string): Promise<number> {
    return (await this.#database.change(this.#statements().removeBySubject, { subject })).length;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#statements().removeExpired, { now, limit })).length;
  }
}
