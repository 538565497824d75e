// Commands of SqlTokenStore on SQLite: those that change several rows are short transactions.
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
} from '@claviger/core';
import { and, eq, exists, gt, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Tables } from '../postgres/schema.ts';
import { type Database, once } from '../shared/database.ts';
import type { LatestRotation } from '../shared/encodings.ts';
import { given, givenRow } from '../shared/placeholders.ts';
import type { TokenCommands } from '../shared/token-commands.ts';
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
import { prepareTokenStatements } from '../shared/token-statements.ts';
import type { SqliteDatabase } from './database.ts';
import { type Steps, step } from './steps.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { codes, grants, tokens } = tables;
  const { findCode, findToken, insertToken, removeToken, revokeGrant } = prepareTokenStatements(database);
  const isCode = and(eq(codes.grantId, given('grantId', codes.grantId)), eq(codes.hash, given('hash', codes.hash)));
  const isToken = and(
    eq(tokens.grantId, given('grantId', tokens.grantId)),
    eq(tokens.hash, given('hash', tokens.hash)),
  );
  const isOfGrant = eq(tokens.grantId, given('grantId', tokens.grantId));
  const isRotatable = and(isToken, eq(tokens.kind, 'refresh'), isNull(tokens.rotatedAt), gt(tokens.expiresAt, now));
  const isGrant = eq(grants.id, given('grantId', grants.id));
  const latest = query.select({ latest: grants.latest }).from(grants).where(isGrant);
  const { latest: _notYet, ...newGrant } = givenRow(grants);
  const keepUntil = sql`max(${grants.keepUntil}, ${sql.placeholder('keepUntil')})`;

  const liveGrantOf = (row: Tables['codes'] | Tables['tokens']) =>
    query
      .select({ id: grants.id })
      .from(grants)
      .where(and(eq(grants.id, row.grantId), isNull(grants.revokedAt)));

  return {
    findCode,
    findToken,
    insertToken,
    removeToken,
    revokeGrant,
    insertGrant: query.insert(grants).values(newGrant).returning({ id: grants.id }).prepare('insert grant'),
    insertCode: query.insert(codes).values(givenRow(codes)).returning({ hash: codes.hash }).prepare('insert code'),
    useCode: query
      .update(codes)
      .set({ usedAt: sql`${now}` })
      .where(and(isCode, isNull(codes.usedAt), gt(codes.expiresAt, now), exists(liveGrantOf(codes))))
      .returning({ hash: codes.hash })
      .prepare('use code'),
    rotate: query
      .update(tokens)
      .set({ rotatedAt: sql`${now}`, sealed: given('sealed', tokens.sealed) })
      .where(and(isRotatable, exists(liveGrantOf(tokens))))
      .returning({ latest: sql`${latest}`.mapWith(grants.latest) })
      .prepare('rotate token'),
    findRotation: query
      .select({ rotatedAt: tokens.rotatedAt, sealed: tokens.sealed })
      .from(tokens)
      .where(and(isToken, gt(tokens.expiresAt, now), exists(liveGrantOf(tokens))))
      .prepare('find rotation'),
    removeAccessTokens: query
      .delete(tokens)
      .where(and(isOfGrant, eq(tokens.kind, 'access')))
      .returning({ hash: tokens.hash })
      .prepare('remove access tokens'),
    forgetSealedOf: query
      .update(tokens)
      .set({ sealed: null })
      .where(and(isToken, isNotNull(tokens.sealed)))
      .returning({ hash: tokens.hash })
      .prepare('forget sealed of one'),
    // A token that was rotated stays until it expires, to recognise its reuse; its successors only until one is rotated.
    forgetSealed: query
      .update(tokens)
      .set({ sealed: null })
      .where(and(isOfGrant, isNotNull(tokens.sealed), ne(tokens.hash, given('hash', tokens.hash))))
      .returning({ hash: tokens.hash })
      .prepare('forget sealed'),
    /** For tokens that are not those of a rotation. */
    keepGrantUntil: query
      .update(grants)
      .set({ keepUntil, latest: null })
      .where(and(isGrant, or(lt(grants.keepUntil, sql.placeholder('keepUntil')), isNotNull(grants.latest))))
      .returning({ id: grants.id })
      .prepare('keep grant'),
    noteRotation: query
      .update(grants)
      .set({ keepUntil, latest: given('latest', grants.latest) })
      .where(isGrant)
      .returning({ id: grants.id })
      .prepare('note rotation'),
  };
};

export class TokenCommandsInSteps implements TokenCommands {
  readonly #database: SqliteDatabase;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
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
    // A clock that is behind another node's must not make time run backwards into a grace that is over, or turned off.
    const since = Math.max(0, now - found.rotatedAt);
    if (since < grace && found.sealed !== null) return { outcome: 'repeated', sealed: found.sealed };
    yield* step(this.#statements().revokeGrant, { grantId: key.grantId, now });
    return { outcome: 'reused' };
  }

  /**
   * What a rotation ends: the grant's access tokens, and every other `sealed`. The successor of the latest rotation knows
   * these by key. Any other token goes through the grant; so does one whose predecessor has no `sealed`: a sister was
   * rotated since, by a process of the version before, which makes no notes.
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

  /** Tokens that join a grant which is there: it has to stay as long as they live. */
  *#addTokens(grantId: string, tokens: readonly GrantToken[]): Steps<void> {
    yield* this.#insertTokens(tokens);
    yield* step(this.#statements().keepGrantUntil, { grantId, keepUntil: lastExpiry(tokens) });
  }

  *#insertTokens(tokens: readonly GrantToken[]): Steps<void> {
    for (const token of tokens) yield* step(this.#statements().insertToken, tokenRow(token));
  }
}
