// TokenStore on SQLite. Commands that change several rows are short transactions. A grant is dead when its row says so:
// every look-up of a code or token checks the row of its grant.
import type {
  ClientToken,
  EpochSeconds,
  FoundCode,
  FoundToken,
  Grant,
  GrantToken,
  IssuedAtOnce,
  Rotation,
  RotationResult,
  TokenKey,
  TokenStore,
} from '@claviger/core';
import { once } from '../shared/database.ts';
import type { LatestRotation } from '../shared/encodings.ts';
import type { Selection } from '../shared/placeholders.ts';
import { removeExpired, revokeGrants } from '../shared/token-removal.ts';
import {
  clientTokenRow,
  codeOf,
  codeRow,
  foundToken,
  grantOf,
  grantRow,
  lastExpiry,
  successorsOf,
  tokenRow,
} from '../shared/token-rows.ts';
import type { SqliteDatabase } from './database.ts';
import { type Steps, step } from './steps.ts';
import { prepareTokenStatements, type TokenStatements } from './token-statements.ts';

export class SqliteTokenStore implements TokenStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => TokenStatements;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepareTokenStatements(database));
  }

  async createGrant(grant: Grant, issued: IssuedAtOnce): Promise<void> {
    await this.#database.atomically(this.#createGrant(grant, issued));
  }

  async findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    const [row] = await this.#database.run(this.#statements().findCode, { ...key, now });
    return row && { code: codeOf(row.code), used: row.code.usedAt !== null, grant: grantOf(row.grant) };
  }

  async redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    return this.#database.atomically(this.#redeemCode(key, tokens, now));
  }

  async rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult> {
    return this.#database.atomically(this.#rotate(key, rotation, now));
  }

  async saveClientToken(token: ClientToken): Promise<void> {
    await this.#database.change(this.#statements().insertToken, clientTokenRow(token));
  }

  async findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    const [row] = await this.#database.run(this.#statements().findToken, { ...key, now });
    return row && foundToken(row.token, row.grant);
  }

  async removeToken(key: TokenKey): Promise<boolean> {
    return (await this.#database.change(this.#statements().removeToken, { ...key })).length > 0;
  }

  async revokeGrant(grantId: string, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.change(this.#statements().revokeGrant, { grantId, now })).length > 0;
  }

  revokeGrants(of: Selection, now: EpochSeconds): Promise<number> {
    return revokeGrants(this.#database, of, now);
  }

  removeExpired(before: Parameters<TokenStore['removeExpired']>[0], limit: number): Promise<number> {
    return removeExpired(this.#database, this.#statements(), before, limit);
  }

  *#createGrant(grant: Grant, { code, tokens = [] }: IssuedAtOnce): Steps<void> {
    yield* step(this.#statements().insertGrant, grantRow(grant, { code, tokens }));
    if (code) yield* step(this.#statements().insertCode, codeRow(code));
    yield* this.#insertTokens(tokens);
  }

  *#redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Steps<'redeemed' | 'replayed' | 'missing'> {
    const [used] = yield* step(this.#statements().useCode, { ...key, now });
    if (used) {
      yield* this.#addTokens(key.grantId, tokens);
      return 'redeemed';
    }
    const [found] = yield* step(this.#statements().findCode, { ...key, now });
    if (!found) return 'missing';
    const [revoked] = yield* step(this.#statements().revokeGrant, { grantId: key.grantId, now });
    return revoked ? 'replayed' : 'missing';
  }

  *#rotate(key: TokenKey, { successors, sealed, grace }: Rotation, now: EpochSeconds): Steps<RotationResult> {
    const [rotated] = yield* step(this.#statements().rotate, { ...key, sealed, now });
    if (rotated) {
      yield* this.#clearAway(key, rotated.latest);
      yield* this.#insertTokens(successors);
      const only = successorsOf(successors);
      const latest = only ? { rotated: key.hash, ...only } : null;
      yield* step(this.#statements().noteRotation, {
        grantId: key.grantId,
        keepUntil: lastExpiry(successors),
        latest,
      });
      return { outcome: 'rotated' };
    }
    const [found] = yield* step(this.#statements().findRotation, { ...key, now });
    if (!found || found.rotatedAt === null) return { outcome: 'missing' };
    // Never negative: this node's clock may be behind the clock of the node that rotated the token.
    const since = Math.max(0, now - found.rotatedAt);
    if (since < grace && found.sealed !== null) return { outcome: 'repeated', sealed: found.sealed };
    yield* step(this.#statements().revokeGrant, { grantId: key.grantId, now });
    return { outcome: 'reused' };
  }

  /**
   * Removes what the previous rotation left: the grant's access tokens, and every other `sealed`. If that rotation issued
   * this token, `latest` has their keys. Otherwise all tokens of the grant are searched. They are also searched when the
   * predecessor has no `sealed`: then a node of the previous release, which does not write `latest`, has rotated a sister token.
   */
  *#clearAway({ grantId, hash }: TokenKey, latest: LatestRotation | null): Steps<void> {
    if (latest?.refresh === hash) {
      const [forgotten] = yield* step(this.#statements().forgetSealedOf, { grantId, hash: latest.rotated });
      if (forgotten) {
        yield* step(this.#statements().removeToken, { grantId, hash: latest.access });
        return;
      }
    }
    yield* step(this.#statements().removeAccessTokens, { grantId });
    yield* step(this.#statements().forgetSealed, { grantId, hash });
  }

  /** Adds tokens to an existing grant, and keeps the grant as long as they are valid. */
  *#addTokens(grantId: string, tokens: readonly GrantToken[]): Steps<void> {
    yield* this.#insertTokens(tokens);
    yield* step(this.#statements().keepGrantUntil, { grantId, keepUntil: lastExpiry(tokens) });
  }

  *#insertTokens(tokens: readonly GrantToken[]): Steps<void> {
    for (const token of tokens) yield* step(this.#statements().insertToken, tokenRow(token));
  }
}
