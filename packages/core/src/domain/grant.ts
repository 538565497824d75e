// What a person granted to a client, once. Codes and tokens are small rows that point here, so revoking is one write.
import type { JsonObject } from './json.ts';
import type { EpochSeconds } from './time.ts';

/** Data that the consent app attached (2018 API: `session`). */
export interface GrantSession {
  /** Shown as `ext` by introspection. */
  readonly accessToken: JsonObject;
  /** Extra claims of ID tokens and userinfo. */
  readonly idToken: JsonObject;
}

export interface Grant {
  /** 16 bytes, base64url (22 characters). Every code and token of the grant carries it; it is no secret. */
  readonly id: string;
  readonly clientId: string;
  /** Of the client that it was made for; null in what the release before this one stored. */
  readonly clientIncarnation: string | null;
  readonly subject: string;
  /** What the client calls the subject: the subject itself, or its pairwise identifier (OpenID Connect Core §8). */
  readonly subjectIdentifier: string;
  readonly requestedScope: readonly string[];
  readonly scope: readonly string[];
  readonly requestedAudience: readonly string[];
  /** Where its access tokens may be used; empty: nothing is said about it. */
  readonly audience: readonly string[];
  readonly session: GrantSession;
  /** Claims of `session.idToken` that only userinfo shows. Absent when there are none, and in what earlier versions stored. */
  readonly userinfoClaims?: readonly string[];
  /** When the person authenticated (OpenID Connect Core §2, `auth_time`). */
  readonly authenticatedAt: EpochSeconds;
  /** When the authorization request arrived (`rat` of the 2018 ID token). */
  readonly requestedAt: EpochSeconds;
  /** Authentication context class, '' when the login app named none (OpenID Connect Core §2). */
  readonly acr: string;
  readonly createdAt: EpochSeconds;
  /** A store may remove the grant from this moment on, once no code and no token points at it any more. */
  readonly keepUntil: EpochSeconds;
}
