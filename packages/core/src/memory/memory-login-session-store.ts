// The reference LoginSessionStore.
import type { Hashed } from '../domain/hashed.ts';
import type { LoginSession } from '../domain/login-session.ts';
import { type EpochSeconds, isPast } from '../domain/time.ts';
import type { LoginSessionStore } from '../ports/login-session-store.ts';
import { removeWhere } from './removal.ts';

export class MemoryLoginSessionStore implements LoginSessionStore {
  readonly #sessions = new Map<string, LoginSession>();

  async save(session: LoginSession): Promise<void> {
    this.#sessions.set(session.id, structuredClone(session));
  }

  async find(id: Hashed, now: EpochSeconds): Promise<LoginSession | undefined> {
    const session = this.#sessions.get(id);
    return session && !isPast(session.expiresAt, now) ? structuredClone(session) : undefined;
  }

  async remove(id: Hashed): Promise<boolean> {
    return this.#sessions.delete(id);
  }

  async removeBySubject(subject: string): Promise<number> {
    return removeWhere(this.#sessions, (session) => session.subject === subject);
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return removeWhere(this.#sessions, (session) => isPast(session.expiresAt, now), limit);
  }
}
