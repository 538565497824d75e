import type { Hashed } from '../domain/hashed.ts';
import type { LoginSession } from '../domain/login-session.ts';
import type { EpochSeconds } from '../domain/time.ts';

/** Remembered logins of browsers. */
export interface LoginSessionStore {
  /** Saves the session, replacing one with the same id. */
  save(session: LoginSession): Promise<void>;
  /** Undefined when unknown or expired at `now`. */
  find(id: Hashed, now: EpochSeconds): Promise<LoginSession | undefined>;
  /** Whether there was one. */
  remove(id: Hashed): Promise<boolean>;
  /** Ends every session of a subject, in every browser. Returns how many there were. */
  removeBySubject(subject: string): Promise<number>;
  /** Removes at most `limit` sessions that are expired at `now`. Returns how many. A store may leave them to expire by themselves and return 0. */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
