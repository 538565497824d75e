import type { Consent } from '../domain/consent.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { Page } from './paging.ts';

/** Remembered consents. */
export interface ConsentStore {
  /** Saves the consent. Changes nothing if its id is already stored. */
  remember(consent: Consent): Promise<void>;
  /** The subject's consents for this client that have not expired at `now`, newest first, ordered as in `list`. */
  findFor(clientId: string, subject: string, now: EpochSeconds): Promise<readonly Consent[]>;
  /**
   * The subject's consents that have not expired at `now`, newest first: by `requestedAt`, then by id in code point
   * order, both descending.
   */
  list(subject: string, page: Page, now: EpochSeconds): Promise<readonly Consent[]>;
  /**
   * Removes the consents of a client, of a subject, or of one subject for one client when both are given. Removes
   * nothing when neither is given. Returns the number removed.
   */
  forget(of: { readonly clientId?: string; readonly subject?: string }): Promise<number>;
  /**
   * Removes at most `limit` consents that have expired at `now`. Returns the number removed. A store with native expiry
   * may do nothing and return 0.
   */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
