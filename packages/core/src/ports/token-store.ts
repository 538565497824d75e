import type { Grant } from '../domain/grant.ts';
import type { EpochSeconds, Seconds } from '../domain/time.ts';
import type { AuthorizationCode, ClientToken, GrantToken, TokenKey } from '../domain/token.ts';

/** Grants with their codes and tokens, and clients' own tokens. Each command is decided by one atomic step of the store. */
export interface TokenStore {
  /**
   * Saves a new grant together with what it issues at once. Rejects, and changes nothing, when the id is taken: ids are
   * drawn, so that is a fault of the caller.
   */
  createGrant(grant: Grant, issued: IssuedAtOnce): Promise<void>;

  /** The code with its grant, used or not. Undefined when unknown, expired at `now`, or its grant was revoked. */
  findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined>;

  /**
   * Uses the code up and saves the tokens that it buys, in one step. Exactly one caller is told `redeemed`. Whoever
   * presents the code again is told `replayed`, nothing is saved, and the grant is revoked with all it issued (RFC 6749
   * §4.1.2). `missing` when the code is unknown, expired at `now`, or its grant was revoked before:
   * so only the first replay is told apart.
   */
  redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'>;

  /** Such a token has no grant: revoking grants, even its own client's, leaves it alone. */
  saveClientToken(token: ClientToken): Promise<void>;

  /**
   * The token with its grant. A refresh token that was rotated is found, with `rotated: true`, so that its reuse can be
   * recognised. Undefined when unknown, expired at `now`, removed, or its grant was revoked.
   */
  findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined>;

  /**
   * Replaces a refresh token by its successors (RFC 9700 §4.14.2) and removes the grant's older access tokens, in one
   * step. Exactly one caller is told `rotated`. The same token again is `repeated` while less than `rotation.grace`
   * seconds have passed since and its successor was not rotated itself: the caller gets the first rotation's `sealed` back and nothing changes. A grace of 0
   * never repeats, whatever the clocks say. After the grace it is `reused`: the grant is revoked with all it issued.
   * `missing` as for findToken, or when it is no refresh token. Once the grace is over a store may forget `sealed`.
   */
  rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult>;

  /** Removes one token and nothing else. Whether there was one. */
  removeToken(key: TokenKey): Promise<boolean>;

  /**
   * Ends a grant: all its codes and tokens are dead from now on, those saved later included. Whether it was alive, that is
   * known and not revoked before.
   */
  revokeGrant(grantId: string, now: EpochSeconds): Promise<boolean>;

  /** Ends the grants of a client, of a subject, or of both together; naming neither ends none. Returns how many were alive. */
  revokeGrants(of: { readonly clientId?: string; readonly subject?: string }, now: EpochSeconds): Promise<number>;

  /**
   * Removes at most `limit` codes and tokens that are expired at `before.now` and were issued before
   * `before.issued`, and, within the same limit, grants that nothing points at any more (Grant.keepUntil).
   * Returns how many rows went. A store may leave its rows to expire by themselves, and return 0: never before nobody's
   * clock can call them live, and a grant never before what it issued.
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
  /** The successors' secrets, sealed under the token that is being rotated: given back to a repeat within the grace. */
  readonly sealed: string;
  readonly grace: Seconds;
}

export type RotationResult =
  | { readonly outcome: 'rotated' }
  | { readonly outcome: 'repeated'; readonly sealed: string }
  | { readonly outcome: 'reused' }
  | { readonly outcome: 'missing' };
