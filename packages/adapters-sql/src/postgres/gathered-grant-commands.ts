// What the end of an authorization and its redemption need, for many requests in one statement of Postgres each: saving
// grants with what they issue at once, and finding codes. Each parameter is an array.
import type {
  AuthorizationCode,
  EpochSeconds,
  FoundCode,
  Grant,
  GrantToken,
  IssuedAtOnce,
  TokenKey,
} from '@claviger/core';
import { bytes, json, textWithoutNul } from '../shared/encodings.ts';
import { grantOf, keepUntilOf } from '../shared/token-rows.ts';
import { byteArray, numberArray, textArray } from './array-literal.ts';
import { Batcher } from './batcher.ts';
import { answersByPlace, batcherOptions, eachOne, keyArrays, moment, type WantedKey } from './gathered.ts';
import type { PostgresPool } from './pool.ts';

/** Refused whole when the id of one of the grants is taken. */
const insertGrants = `
WITH issued_codes AS (
  INSERT INTO codes (grant_id, hash, redirect_uri, code_challenge, nonce, issued_at, expires_at)
  SELECT given.grant_id, given.hash, given.redirect_uri, given.code_challenge, given.nonce, given.issued_at, given.expires_at
  FROM unnest($6::bytea[], $7::bytea[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[])
    AS given (grant_id, hash, redirect_uri, code_challenge, nonce, issued_at, expires_at)
), issued_tokens AS (
  INSERT INTO tokens (grant_id, hash, kind, scope, audience, issued_at, expires_at)
  SELECT given.grant_id, given.hash, given.kind, given.scope, given.audience, given.issued_at, given.expires_at
  FROM unnest($13::bytea[], $14::bytea[], $15::text[], $16::text[], $17::text[], $18::bigint[], $19::bigint[])
    AS given (grant_id, hash, kind, scope, audience, issued_at, expires_at)
)
INSERT INTO grants (id, client_id, subject, keep_until, data)
SELECT given.id, given.client_id, given.subject, given.keep_until, given.data
FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::text[]) AS given (id, client_id, subject, keep_until, data)`;

/** `place` says whose answer a row is: not every request has one. */
const findCodes = `
SELECT given.place, codes.redirect_uri, codes.code_challenge, codes.nonce, codes.issued_at, codes.expires_at,
  codes.used_at IS NOT NULL, grants.client_id, grants.subject, grants.data
FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS given (grant_id, hash, now, place)
${eachOne('JOIN', 'codes', 'grant_id = given.grant_id AND hash = given.hash')}
${eachOne('JOIN', 'grants', 'id = given.grant_id')}
WHERE codes.expires_at > given.now AND grants.revoked_at IS NULL`;

type FoundRow = [
  place: string,
  redirectUri: string,
  codeChallenge: string,
  nonce: string,
  issuedAt: string,
  expiresAt: string,
  used: boolean,
  clientId: string,
  subject: string,
  data: string,
];

/** `data` is JSON already, so that a caller may go on with what it gave. */
interface NewGrant {
  readonly id: Buffer;
  readonly clientId: string | null;
  readonly subject: string | null;
  readonly keepUntil: number;
  readonly data: string;
  readonly code: AuthorizationCode | undefined;
  readonly tokens: readonly GrantToken[];
}

type Pool = Pick<PostgresPool, 'rows'>;

export class GatheredGrantCommands {
  readonly #creating: Batcher<NewGrant, undefined>;
  readonly #findingCodes: Batcher<WantedKey, FoundCode | undefined>;

  constructor(pool: Pool) {
    this.#creating = new Batcher((grants) => createAll(pool, grants), batcherOptions);
    this.#findingCodes = new Batcher((wanted) => findAll(pool, wanted), batcherOptions);
  }

  createGrant({ id, clientId, subject, ...data }: Grant, { code, tokens = [] }: IssuedAtOnce): Promise<undefined> {
    return this.#creating.add({
      id: bytes.toDriver(id),
      clientId: textWithoutNul(clientId),
      subject: textWithoutNul(subject),
      keepUntil: keepUntilOf(data, { code, tokens }),
      data: JSON.stringify(data),
      code: code && { ...code },
      tokens: tokens.map((token) => ({ ...token })),
    });
  }

  findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    return this.#findingCodes.add({ key: { ...key }, now });
  }
}

const createAll = async (pool: Pool, grants: readonly NewGrant[]): Promise<undefined[]> => {
  const codes = grants.flatMap(({ code }) => code ?? []);
  const tokens = grants.flatMap((grant) => grant.tokens);
  await pool.rows(insertGrants, [
    byteArray(grants.map(({ id }) => id)),
    textArray(grants.map(({ clientId }) => clientId)),
    textArray(grants.map(({ subject }) => subject)),
    numberArray(grants.map(({ keepUntil }) => keepUntil)),
    textArray(grants.map(({ data }) => data)),
    ...keyArrays(codes),
    textArray(codes.map(({ redirectUri }) => textWithoutNul(redirectUri))),
    textArray(codes.map(({ codeChallenge }) => textWithoutNul(codeChallenge))),
    textArray(codes.map(({ nonce }) => textWithoutNul(nonce))),
    numberArray(codes.map(({ issuedAt }) => issuedAt)),
    numberArray(codes.map(({ expiresAt }) => expiresAt)),
    ...keyArrays(tokens),
    textArray(tokens.map(({ kind }) => kind)),
    textArray(tokens.map(({ scope }) => json.toDriver(scope))),
    textArray(tokens.map(({ audience }) => json.toDriver(audience))),
    numberArray(tokens.map(({ issuedAt }) => issuedAt)),
    numberArray(tokens.map(({ expiresAt }) => expiresAt)),
  ]);
  return grants.map(() => undefined);
};

const findAll = async (pool: Pool, wanted: readonly WantedKey[]): Promise<(FoundCode | undefined)[]> => {
  const rows = await pool.rows(findCodes, [...keyArrays(wanted), numberArray(wanted.map(({ now }) => now))]);
  return answersByPlace(wanted, rows as FoundRow[], ({ key }, row) => found(key, row));
};

const found = (key: TokenKey, row: FoundRow): FoundCode => {
  const [, redirectUri, codeChallenge, nonce, issuedAt, expiresAt, used, clientId, subject, data] = row;
  return {
    code: { key, redirectUri, codeChallenge, nonce, issuedAt: moment(issuedAt), expiresAt: moment(expiresAt) },
    used,
    grant: grantOf({ id: key.grantId, clientId, subject, data: JSON.parse(data) }),
  };
};
