// A consent that a person asked to be remembered.
import type { OidcContext } from './authorization-request.ts';
import type { GrantSession } from './grant.ts';
import { type EpochSeconds, isPast, type Seconds } from './time.ts';

export interface Consent {
  /** The id of the flow in which it was given. */
  readonly id: string;
  readonly clientId: string;
  /** The incarnation of the consent's client. null in records of the previous release. */
  readonly clientIncarnation: string | null;
  readonly subject: string;
  readonly grantedScope: readonly string[];
  readonly grantedAudience: readonly string[];
  readonly session: GrantSession;
  /** As the consent app sent it; 0 means without limit. */
  readonly rememberFor: Seconds;
  /** When the authorization request arrived: `rememberFor` counts from here. */
  readonly requestedAt: EpochSeconds;
  /** null: remembered until revoked. */
  readonly expiresAt: EpochSeconds | null;
  readonly request: ConsentRequestSnapshot;
}

/** The context that the consent app was shown. The listing of consents returns it too. */
export interface ConsentRequestSnapshot {
  readonly challenge: string;
  readonly requestedScope: readonly string[];
  readonly requestedAudience: readonly string[];
  readonly oidcContext: OidcContext;
  readonly requestUrl: string;
}

export const isRemembered = (consent: Consent, now: EpochSeconds): boolean =>
  consent.expiresAt === null || !isPast(consent.expiresAt, now);
