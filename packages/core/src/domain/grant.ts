// What a person granted to a client in one consent. Codes and tokens are small rows that refer to the grant, so
// revoking it is one write.
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
  /** 16 bytes, base64url (22 characters). Every code and token of the grant contains it. It is not a secret. */
  readonly id: string;
  readonly clientId: string;
  /** The incarnation of the grant's client. null in records of the previous release. */
  readonly clientIncarnation: string | null;
  readonly subject: string;
  /** The identifier that the client sees: the subject itself, or its pairwise identifier (OpenID Connect Core §8). */
  readonly subjectIdentifier: string;
  readonly requestedScope: readonly string[];
  readonly scope: readonly string[];
  readonly requestedAudience: readonly string[];
  /** The audience of its access tokens. Empty if none was granted. */
  readonly audience: readonly string[];
  readonly session: GrantSession;
  /**
   * Claims of `session.idToken` that only userinfo returns. Absent if there are none, and in records of earlier
   * versions.
   */
  readonly userinfoClaims?: readonly string[];
  /** When the person authenticated (OpenID Connect Core §2, `auth_time`). */
  readonly authenticatedAt: EpochSeconds;
  /** When the authorization request arrived (`rat` of the 2018 ID token). */
  readonly requestedAt: EpochSeconds;
  /** Authentication context class, null if the login app set none (OpenID Connect Core §2). */
  readonly acr: string | null;
  readonly createdAt: EpochSeconds;
  /** From this moment on, a store may remove the grant if no code or token refers to it any more. */
  readonly keepUntil: EpochSeconds;
}
