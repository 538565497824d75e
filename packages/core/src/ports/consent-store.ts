import type { Consent } from '../domain/consent.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { Page } from './paging.ts';

/** Remembered consents. */
export interface ConsentStore {
  /** Saves the consent; the same id again changes nothing. */
  remember(consent: Consent): Promise<void>;
  /** The consents of this subject for this client that are not past at `now`, newest first as in `list`. */
  findFor(clientId: string, subject: string, now: EpochSeconds): Promise<readonly Consent[]>;
  /** The consents of a subject that are not past at `now`, newest first (by `requestedAt`, then by id in code point order, both descending). */
  list(subject: string, page: Page, now: EpochSeconds): Promise<readonly Consent[]>;
  /** Forgets the consents of a client, of a subject, or of both together; naming neither forgets none. Returns how many. */
  forget(of: { readonly clientId?: string; readonly subject?: string }): Promise<number>;
  /** Removes at most `limit` consents that are past at `now`. Returns how many. A store may leave them to expire by themselves and return 0. */
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}
