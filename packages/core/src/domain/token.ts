// Records of codes and tokens, as stored. They never contain the secret itself.
import type { Hashed } from './hashed.ts';
import type { EpochSeconds } from './time.ts';

/** Access tokens are opaque random strings or JWTs (RFC 9068). */
export const accessTokenStrategies = ['opaque', 'jwt'] as const;

export type AccessTokenStrategy = (typeof accessTokenStrategies)[number];

/** Names one code or token. The grant's id comes first, so that a grant and its codes and tokens can share a shard. */
export interface TokenKey {
  /** The grant's id, or a separate id for a client's own token, which has no grant. */
  readonly grantId: string;
  readonly hash: Hashed;
}

/** An authorization code (RFC 6749 §4.1.2), with the values that its redemption must match. */
export interface AuthorizationCode {
  readonly key: TokenKey;
  /** The `redirect_uri` parameter of the authorization request; null when there was none (RFC 6749 §4.1.3). */
  readonly redirectUri: string | null;
  /** S256 challenge; null without PKCE (RFC 7636 §4.3). */
  readonly codeChallenge: string | null;
  /** For the ID token; null when none was sent (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string | null;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

/** An access or refresh token that belongs to a grant. */
export interface GrantToken {
  readonly key: TokenKey;
  readonly kind: 'access' | 'refresh';
  /** Narrower than the grant's scope when a refresh asked for less (RFC 6749 §6); null means the grant's scope. */
  readonly scope: readonly string[] | null;
  /** Narrower than the grant's audience when the request asked for less (RFC 8707 §2.2); null means the grant's. */
  readonly audience: readonly string[] | null;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

/** An access token of the client credentials grant (RFC 6749 §4.4): the client acts for itself, without a grant. */
export interface ClientToken {
  readonly key: TokenKey;
  readonly clientId: string;
  /** The incarnation of the token's client. null in records of the previous release. */
  readonly clientIncarnation: string | null;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}
