// TokenStore in three tables: grants, and the small rows of codes and tokens that point at them.
// A grant is dead when its one row says so; whatever points at it is checked against that row at every look-up.
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
import { and, isNull } from 'drizzle-orm';
import { once, type Steps, step } from '../database.ts';
import { belongsTo, type Selection } from '../placeholders.ts';
import { grants } from '../schema/sqlite.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { prepareTokenStatements } from './sql-token-statements.ts';
import { clientTokenRow, codeOf, codeRow, foundToken, grantOf, grantRow, tokenRow } from './token-rows.ts';

type Before = Parameters<TokenStore['removeExpired']>[0];

export class SqlTokenStore implements TokenStore {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepareTokenStatements>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepareTokenStatements(database.query));
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

  async saveClientToken(token: ClientToken): Promise<void> {
    await this.#database.run(this.#statements().insertToken, clientTokenRow(token));
  }

  async findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    const [row] = await this.#database.run(this.#statements().findToken, { ...key, now });
    return row && foundToken(row.token, row.grant);
  }

  async rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult> {
    return this.#database.atomically(this.#rotate(key, rotation, now));
  }

  async removeToken(key: TokenKey): Promise<boolean> {
    return (await this.#database.run(this.#statements().removeToken, { ...key })).length > 0;
  }

  async revokeGrant(grantId: string, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.run(this.#statements().revokeGrant, { grantId, now })).length > 0;
  }

  async revokeGrants(of: Selection, now: EpochSeconds): Promise<number> {
    const revocation = this.#database.query
      .update(grants)
      .set({ revokedAt: now })
      .where(and(belongsTo(of, grants), isNull(grants.revokedAt)))
      .returning({ id: grants.id });
    return (await this.#database.run(revocation.prepare())).length;
  }

  async removeExpired(before: Before, limit: number): Promise<number> {
    return this.#database.atomically(this.#removeExpired(before, limit));
  }

  *#createGrant(grant: Grant, { code, tokens = [] }: IssuedAtOnce): Steps<void> {
    const expiries = [...tokens, ...(code ? [code] : [])].map(({ expiresAt }) => expiresAt);
    yield* step(this.#statements().insertGrant, grantRow(grant, Math.max(grant.keepUntil, ...expiries)));
    if (code) yield* step(this.#statements().insertCode, codeRow(code));
    for (const token of tokens) yield* step(this.#statements().insertToken, tokenRow(token));
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
      yield* step(this.#statements().removeAccessTokens, { ...key });
      yield* step(this.#statements().forgetSealed, { ...key });
      yield* this.#addTokens(key.grantId, successors);
    }
    const [found] = yield* step(this.#statements().findToken, { ...key, now });
    if (!found?.grant || found.token.rotatedAt === null) return { outcome: 'missing' };
    const grant = grantOf(found.grant);
    if (rotated) return { outcome: 'rotated', grant };
    // A clock that is behind another node's must not make time run backwards into a grace that is over, or turned off.
    const since = Math.max(0, now - found.token.rotatedAt);
    if (since < grace && found.token.sealed !== null) {
      return { outcome: 'repeated', grant, sealed: found.token.sealed };
    }
    yield* step(this.#statements().revokeGrant, { grantId: key.grantId, now });
    return { outcome: 'reused' };
  }

  /** Tokens that join a grant which is there: it has to stay as long as they live. */
  *#addTokens(grantId: string, tokens: readonly GrantToken[]): Steps<void> {
    for (const token of tokens) yield* step(this.#statements().insertToken, tokenRow(token));
    const keepUntil = Math.max(0, ...tokens.map(({ expiresAt }) => expiresAt));
    yield* step(this.#statements().keepGrantUntil, { grantId, keepUntil });
  }

  *#removeExpired(before: Before, limit: number): Steps<number> {
    const { now, issued } = before;
    const codes = yield* step(this.#statements().removeCodesOver, { now, issued, limit });
    let removed = codes.length;
    const tokens = yield* step(this.#statements().removeTokensOver, { now, issued, limit: limit - removed });
    removed += tokens.length;
    const left = yield* step(this.#statements().removeGrantsLeft, { now, limit: limit - removed });
    return removed + left.length;
  }
}
