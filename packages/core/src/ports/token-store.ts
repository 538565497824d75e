import type { Grant } from '../domain/grant.ts';
import type { EpochSeconds, Seconds } from '../domain/time.ts';
import type { AuthorizationCode, ClientToken, GrantToken, TokenKey } from '../domain/token.ts';

/** Grants with their codes and tokens, and clients' own tokens. Each command is one atomic step of the store. */
export interface TokenStore {
  /**
   * Saves a new grant together with the code and tokens issued with it. Rejects and changes nothing if the id exists.
   * Ids are random, so a duplicate is a bug in the caller.
   */
  createGrant(grant: Grant, issued: IssuedAtOnce): Promise<void>;

  /** The code with its grant, used or not. Undefined if unknown, expired at `now`, or its grant was revoked. */
  findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined>;

  /**
   * Marks the code as used and saves the tokens issued for it, in one step. Exactly one caller gets `redeemed`.
   * `replayed`: the code was already used. Nothing is saved, and the grant is revoked with every code and token issued
   * from it (RFC 6749 §4.1.2).
   * `missing`: the code is unknown, expired at `now`, or its grant is already revoked. Replays after the first
   * therefore get `missing`.
   */
  redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'>;

  /** Saves a token without a grant. Revoking grants, even those of the same client, does not affect it. */
  saveClientToken(token: ClientToken): Promise<void>;

  /**
   * The token with its grant. A rotated refresh token is still found, with `rotated: true`, so that its reuse can be
   * detected. Undefined if the token is unknown, expired at `now` or removed, or its grant was revoked.
   */
  findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined>;

  /**
   * Replaces a refresh token with its successors (RFC 9700 §4.14.2) and removes the grant's older access tokens, in one
   * step. Exactly one caller gets `rotated`.
   * `repeated`: the token was rotated less than `rotation.grace` seconds ago, and its successor has not been rotated.
   * Nothing changes, and the caller gets the `sealed` of the first rotation. With a grace of 0 this never happens,
   * regardless of clock differences. A store may drop `sealed` once the grace is over.
   * `reused`: the token was rotated before, and `repeated` does not apply. The grant is revoked with every code and
   * token issued from it.
   * `missing`: findToken would not find the token, or it is not a refresh token.
   */
  rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult>;

  /** Removes only this token. Returns whether it existed. */
  removeToken(key: TokenKey): Promise<boolean>;

  /**
   * Revokes a grant. All its codes and tokens are invalid from now on, including any saved later. Returns whether the
   * grant was known and not yet revoked.
   */
  revokeGrant(grantId: string, now: EpochSeconds): Promise<boolean>;

  /**
   * Revokes the grants of a client, of a subject, or of one subject with one client when both are given. Revokes
   * nothing when neither is given. Returns the number of grants that were not yet revoked.
   */
  revokeGrants(of: { readonly clientId?: string; readonly subject?: string }, now: EpochSeconds): Promise<number>;

  /**
   * Removes codes and tokens that have expired at `before.now` and were issued before `before.issued`, and grants that
   * no code or token refers to any more (see Grant.keepUntil). Removes at most `limit` rows in total and returns the
   * number removed. A store with native expiry may return 0. It must keep a row as long as any node's clock could still
   * consider it valid, and a grant at least as long as its codes and tokens.
   */
  removeExpired(before: { readonly now: EpochSeconds; readonly issued: EpochSeconds }, limit: number): Promise<number>;
}

export interface IssuedAtOnce {
  readonly code?: AuthorizationCode;
  readonly tokens?: readonly GrantToken[];
}

export interface FoundCode {
  readonly code: AuthorizationCode;
  readonly used: boolean;
  readonly grant: Grant;
}

export type FoundToken =
  | { readonly owner: 'grant'; readonly token: GrantToken; readonly rotated: boolean; readonly grant: Grant }
  | { readonly owner: 'client'; readonly token: ClientToken };

export interface Rotation {
  /** The new access and refresh token. */
  readonly successors: readonly GrantToken[];
  /**
   * The successors' secrets, sealed under the rotated token. Returned when the rotation is repeated within the grace.
   */
  readonly sealed: string;
  readonly grace: Seconds;
}

export type RotationResult =
  | { readonly outcome: 'rotated' }
  | { readonly outcome: 'repeated'; readonly sealed: string }
  | { readonly outcome: 'reused' }
  | { readonly outcome: 'missing' };
