// LoginSessionStore in one table.
import type { EpochSeconds, Hashed, LoginSession, LoginSessionStore } from '@claviger/core';
import { and, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import { once } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import { loginSessions } from '../schema/sqlite.ts';
import type { QueryBuilder, SqliteDatabase } from '../sqlite-database.ts';

const prepare = (query: QueryBuilder) => ({
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
    .returning({ id: loginSessions.id })
    .prepare(),
  find: query
    .select()
    .from(loginSessions)
    .where(
      and(eq(loginSessions.id, given('id', loginSessions.id)), gt(loginSessions.expiresAt, sql.placeholder('now'))),
    )
    .prepare(),
  remove: query
    .delete(loginSessions)
    .where(eq(loginSessions.id, given('id', loginSessions.id)))
    .returning({ id: loginSessions.id })
    .prepare(),
  removeBySubject: query
    .delete(loginSessions)
    .where(eq(loginSessions.subject, sql.placeholder('subject')))
    .returning({ id: loginSessions.id })
    .prepare(),
  removeExpired: query
    .delete(loginSessions)
    .where(
      inArray(
        loginSessions.id,
        query
          .select({ id: loginSessions.id })
          .from(loginSessions)
          .where(lte(loginSessions.expiresAt, sql.placeholder('now')))
          .limit(sql.placeholder('limit')),
      ),
    )
    .returning({ id: loginSessions.id })
    .prepare(),
});

export class SqlLoginSessionStore implements LoginSessionStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepare(database.query));
  }

  async save(session: LoginSession): Promise<void> {
    await this.#database.run(this.#statements().save, { ...session });
  }

  async find(id: Hashed, now: EpochSeconds): Promise<LoginSession | undefined> {
    const [session] = await this.#database.run(this.#statements().find, { id, now });
    return session;
  }

  async remove(id: Hashed): Promise<boolean> {
    return (await this.#database.run(this.#statements().remove, { id })).length > 0;
  }

  async removeBySubject(subject: string): Promise<number> {
    return (await this.#database.run(this.#statements().removeBySubject, { subject })).length;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.run(this.#statements().removeExpired, { now, limit })).length;
  }
}
