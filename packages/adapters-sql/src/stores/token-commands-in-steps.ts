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
import { and, eq, exists, gt, isNotNull, isNull, lt, ne, sql } from 'drizzle-orm';
import { type Database, once } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import type { Tables } from '../schema/postgres.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { type Steps, step } from '../steps.ts';
import { prepareTokenStatements } from './sql-token-statements.ts';
import type { TokenCommands } from './token-commands.ts';
import { clientTokenRow, codeOf, codeRow, foundToken, grantOf, grantRow, tokenRow } from './token-rows.ts';

const now = sql.placeholder('now');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { codes, grants, tokens } = tables;
  const { findCode, findToken, insertToken, revokeGrant } = prepareTokenStatements(database);
  const isCode = and(eq(codes.grantId, given('grantId', codes.grantId)), eq(codes.hash, given('hash', codes.hash)));
  const isToken = and(
    eq(tokens.grantId, given('grantId', tokens.grantId)),
    eq(tokens.hash, given('hash', tokens.hash)),
  );
  const isOfGrant = eq(tokens.grantId, given('grantId', tokens.grantId));
  const isRotatable = and(isToken, eq(tokens.kind, 'refresh'), isNull(tokens.rotatedAt), gt(tokens.expiresAt, now));

  const liveGrantOf = (row: Tables['codes'] | Tables['tokens']) =>
    query
      .select({ id: grants.id })
      .from(grants)
      .where(and(eq(grants.id, row.grantId), isNull(grants.revokedAt)));

  return {
    findCode,
    findToken,
    insertToken,
    revokeGrant,
    insertGrant: query.insert(grants).values(givenRow(grants)).returning({ id: grants.id }).prepare('insert grant'),
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
      .returning({ hash: tokens.hash })
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
    // A token that was rotated stays until it expires, to recognise its reuse; its successors only until one is rotated.
    forgetSealed: query
      .update(tokens)
      .set({ sealed: null })
      .where(and(isOfGrant, isNotNull(tokens.sealed), ne(tokens.hash, given('hash', tokens.hash))))
      .returning({ hash: tokens.hash })
      .prepare('forget sealed'),
    keepGrantUntil: query
      .update(grants)
      .set({ keepUntil: sql`${sql.placeholder('keepUntil')}` })
      .where(and(eq(grants.id, given('grantId', grants.id)), lt(grants.keepUntil, sql.placeholder('keepUntil'))))
      .returning({ id: grants.id })
      .prepare('keep grant'),
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

  /** Tokens that join a grant which is there: it has to stay as long as they live. */
  *#addTokens(grantId: string, tokens: readonly GrantToken[]): Steps<void> {
    for (const token of tokens) yield* step(this.#statements().insertToken, tokenRow(token));
    const keepUntil = Math.max(0, ...tokens.map(({ expiresAt }) => expiresAt));
    yield* step(this.#statements().keepGrantUntil, { grantId, keepUntil });
  }
}
