import type { Hashed } from '../domain/hashed.ts';
import type { LoginSession } from '../domain/login-session.ts';
import type { EpochSeconds } from '../domain/time.ts';

/** Remembered logins of browsers. */
export interface LoginSessionStore {
  /** Saves the session, replacing one with the same id. */
  save(session: LoginSession): Promise<void>;
  /** Undefined if the session is unknown or has expired at `now`. */
  find(id: Hashed, now: EpochSeconds): Promise<LoginSession | undefined>;
  /** Removes the session. Returns whether it existed. */
  remove(id: Hashed): Promise<boolean>;
  /** Removes every session of a subject, in every browser. Returns the number removed. */
  removeBySubject(subject: string): Promise<number>;
  /**
   * Removes at most `limit` sessions that have expired at `now`. Returns the number removed. A store with native expiry
   * may do nothing and return 0.
   */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
