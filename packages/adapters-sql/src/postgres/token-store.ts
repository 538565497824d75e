// TokenStore on Postgres. Every command is one statement, and those that nearly every request needs run in batches. A grant
// is dead when its row says so: every look-up of a code or token checks the row of its grant.
//
// The planner must find each row by its primary key, even in a plan that it made and kept while the table was small. With an
// ordinary join it could read the whole table first; it cannot with a LATERAL subquery that has a LIMIT.
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
import { type Database, once } from '../shared/database.ts';
import type { Selection } from '../shared/placeholders.ts';
import { prepareTokenRemoval, removeExpired, revokeGrants, type TokenRemoval } from '../shared/token-removal.ts';
import { clientTokenRow, codeOf, codeRow, foundToken, grantOf, grantRow, tokenRow } from '../shared/token-rows.ts';
import { Batcher, type BatcherOptions } from './batcher.ts';
import { answersByPlace, batcherOptions, nowArray } from './batches.ts';
import { columnsExcept, columnsOf, type EncodedRow } from './columns.ts';
import type { PostgresPool } from './pool.ts';
import { redeemCode, redeemCodeParameters, rotateParameters, rotateRefreshToken } from './redeem-and-rotate.sql.ts';
import { tables } from './schema.ts';

const { codes, grants, tokens } = tables;

const newGrant = columnsExcept(grants, 'revokedAt', 'latest');
const newCode = columnsExcept(codes, 'usedAt');
const newToken = columnsExcept(tokens, 'clientId', 'clientIncarnation', 'rotatedAt', 'sealed');
const newClientToken = columnsExcept(tokens, 'kind', 'rotatedAt', 'sealed');
const keyColumns = columnsOf(tokens, 'grantId', 'hash');
const readCode = columnsExcept(codes, 'grantId', 'hash');
const readToken = columnsExcept(tokens, 'grantId', 'hash', 'sealed');
const readGrant = columnsOf(grants, 'clientId', 'subject', 'data');

const firstOfCode = 1 + newGrant.count;
const firstOfToken = firstOfCode + newCode.count;

/** The whole batch is refused if the id of one of the grants exists. */
const insertGrants = `
WITH issued_codes AS (
  INSERT INTO codes (${newCode.names})
  SELECT ${newCode.names} FROM unnest(${newCode.parameters(firstOfCode)}) AS given (${newCode.names})
), issued_tokens AS (
  INSERT INTO tokens (${newToken.names})
  SELECT ${newToken.names} FROM unnest(${newToken.parameters(firstOfToken)}) AS given (${newToken.names})
)
INSERT INTO grants (${newGrant.names})
SELECT ${newGrant.names} FROM unnest(${newGrant.parameters()}) AS given (${newGrant.names})`;

const insertClientTokens = `
INSERT INTO tokens (kind, ${newClientToken.names})
SELECT 'access', ${newClientToken.names}
FROM unnest(${newClientToken.parameters()}) AS given (${newClientToken.names})`;

const findCodes = `
SELECT given.place, ${readGrant.namesIn('grants')}, ${readCode.namesIn('codes')}
FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS given (grant_id, hash, now, place)
JOIN LATERAL (SELECT * FROM codes WHERE grant_id = given.grant_id AND hash = given.hash LIMIT 1) AS codes ON true
JOIN LATERAL (SELECT * FROM grants WHERE id = given.grant_id LIMIT 1) AS grants ON true
WHERE codes.expires_at > given.now AND grants.revoked_at IS NULL`;

/** A client's own token has no grant. */
const findTokens = `
SELECT given.place, ${readGrant.namesIn('grants')}, ${readToken.namesIn('tokens')}
FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS given (grant_id, hash, now, place)
JOIN LATERAL (SELECT * FROM tokens WHERE grant_id = given.grant_id AND hash = given.hash LIMIT 1) AS tokens ON true
LEFT JOIN LATERAL
  (SELECT * FROM grants WHERE id = given.grant_id AND tokens.client_id IS NULL LIMIT 1) AS grants ON true
WHERE tokens.expires_at > given.now AND grants.revoked_at IS NULL`;

interface NewGrant {
  readonly grant: EncodedRow;
  readonly code: EncodedRow | undefined;
  readonly tokens: readonly EncodedRow[];
}

type WantedKey = TokenKey & { readonly now: EpochSeconds };

export class PostgresTokenStore implements TokenStore {
  readonly #database: Database;
  readonly #pool: Pick<PostgresPool, 'rows'>;
  readonly #removal: () => TokenRemoval;
  readonly #newGrants: Batcher<NewGrant, undefined>;
  readonly #newClientTokens: Batcher<EncodedRow, undefined>;
  readonly #wantedCodes: Batcher<WantedKey, FoundCode | undefined>;
  readonly #wantedTokens: Batcher<WantedKey, FoundToken | undefined>;

  constructor(database: Database, pool: Pick<PostgresPool, 'rows'>, onBatch?: BatcherOptions['onBatch']) {
    const options = batcherOptions(onBatch);
    this.#database = database;
    this.#pool = pool;
    this.#removal = once(() => prepareTokenRemoval(database));
    this.#newGrants = new Batcher((all) => this.#createGrants(all), options);
    this.#newClientTokens = new Batcher((rows) => this.#saveClientTokens(rows), options);
    this.#wantedCodes = new Batcher((keys) => this.#findCodes(keys), options);
    this.#wantedTokens = new Batcher((keys) => this.#findTokens(keys), options);
  }

  createGrant(grant: Grant, issued: IssuedAtOnce): Promise<undefined> {
    return this.#newGrants.add({
      grant: newGrant.encode(grantRow(grant, issued)),
      code: issued.code && newCode.encode(codeRow(issued.code)),
      tokens: (issued.tokens ?? []).map((token) => newToken.encode(tokenRow(token))),
    });
  }

  findCode({ grantId, hash }: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    return this.#wantedCodes.add({ grantId, hash, now });
  }

  async redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    const [row] = await this.#pool.rows(redeemCode, redeemCodeParameters(key, tokens, now));
    return (row as ['redeemed' | 'replayed'] | undefined)?.[0] ?? 'missing';
  }

  async rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult> {
    const [row] = await this.#pool.rows(rotateRefreshToken, rotateParameters(key, rotation, now));
    if (!row) return { outcome: 'missing' };
    const [outcome, sealed] = row as [outcome: 'rotated' | 'repeated' | 'reused', sealed: string | null];
    return outcome === 'repeated' ? { outcome, sealed: sealed ?? '' } : { outcome };
  }

  /** Async, so that a value that cannot be stored rejects. */
  async saveClientToken(token: ClientToken): Promise<void> {
    await this.#newClientTokens.add(newClientToken.encode(clientTokenRow(token)));
  }

  findToken({ grantId, hash }: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    return this.#wantedTokens.add({ grantId, hash, now });
  }

  async removeToken(key: TokenKey): Promise<boolean> {
    return (await this.#database.change(this.#removal().removeToken, { ...key })).length > 0;
  }

  async revokeGrant(grantId: string, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.change(this.#removal().revokeGrant, { grantId, now })).length > 0;
  }

  async revokeGrants(of: Selection, now: EpochSeconds): Promise<number> {
    return revokeGrants(this.#database, of, now);
  }

  async removeExpired(before: Parameters<TokenStore['removeExpired']>[0], limit: number): Promise<number> {
    return removeExpired(this.#database, this.#removal(), before, limit);
  }

  async #createGrants(all: readonly NewGrant[]): Promise<undefined[]> {
    await this.#pool.rows(insertGrants, [
      ...newGrant.arrays(all.map(({ grant }) => grant)),
      ...newCode.arrays(all.flatMap(({ code }) => (code ? [code] : []))),
      ...newToken.arrays(all.flatMap(({ tokens }) => tokens)),
    ]);
    return all.map(() => undefined);
  }

  async #saveClientTokens(rows: readonly EncodedRow[]): Promise<undefined[]> {
    await this.#pool.rows(insertClientTokens, newClientToken.arrays(rows));
    return rows.map(() => undefined);
  }

  async #findCodes(keys: readonly WantedKey[]): Promise<(FoundCode | undefined)[]> {
    const rows = await this.#pool.rows(findCodes, parametersOf(keys));
    return answersByPlace(keys, rows, ({ grantId, hash }, row) => {
      const code = readCode.read({ grantId, hash }, row, firstOfRead);
      const grant = grantOf(readGrant.read({ id: grantId }, row, 1));
      return { code: codeOf(code), used: code.usedAt !== null, grant };
    });
  }

  async #findTokens(keys: readonly WantedKey[]): Promise<(FoundToken | undefined)[]> {
    const rows = await this.#pool.rows(findTokens, parametersOf(keys));
    return answersByPlace(keys, rows, ({ grantId, hash }, row) => {
      const token = readToken.read({ grantId, hash }, row, firstOfRead);
      return foundToken(token, row[1] === null ? null : readGrant.read({ id: grantId }, row, 1));
    });
  }
}

/** Where a row's own columns begin: after `place` and those of the grant. */
const firstOfRead = 1 + readGrant.count;

const parametersOf = (keys: readonly WantedKey[]): string[] => [
  ...keyColumns.arrays(keys.map((key) => keyColumns.encode(key))),
  nowArray(keys),
];
