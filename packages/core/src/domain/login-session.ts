// A remembered login of one browser.
import type { Hashed } from './hashed.ts';
import type { EpochSeconds } from './time.ts';

export interface LoginSession {
  /** Hash of the session id in the browser's cookie. */
  readonly id: Hashed;
  readonly subject: string;
  readonly authenticatedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  /** Authentication context class that the login app set; null for none. */
  readonly acr: string | null;
}
