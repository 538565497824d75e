// The two commands of SqlTokenStore that nearly every request needs, for many requests in one statement of Postgres each:
// saving clients' own tokens, and finding tokens. Each parameter is an array with one entry for each request.
import type { ClientToken, EpochSeconds, FoundToken, TokenKey } from '@claviger/core';
import { bytes, json, textWithoutNulOrNull } from '../shared/encodings.ts';
import { audienceColumn, foundToken } from '../shared/token-rows.ts';
import { byteArray, numberArray, textArray } from './array-literal.ts';
import { Batcher } from './batcher.ts';
import { answersByPlace, batcherOptions, eachOne, keyArrays, moment, type WantedKey } from './gathered.ts';
import type { PostgresPool } from './pool.ts';

const insertTokens = `
INSERT INTO tokens (grant_id, hash, kind, client_id, client_incarnation, scope, audience, issued_at, expires_at)
SELECT given.grant_id, given.hash, 'access', given.client_id, given.client_incarnation, given.scope, given.audience,
  given.issued_at, given.expires_at
FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
  AS given (grant_id, hash, client_id, client_incarnation, scope, audience, issued_at, expires_at)`;

/** `place` says whose answer a row is: not every request has one. */
const findTokens = `
SELECT given.place, tokens.kind, tokens.client_id, tokens.scope, tokens.audience, tokens.issued_at, tokens.expires_at,
  tokens.rotated_at, tokens.client_incarnation, grants.client_id, grants.subject, grants.data
FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS given (grant_id, hash, now, place)
${eachOne('JOIN', 'tokens', 'grant_id = given.grant_id AND hash = given.hash')}
${eachOne('LEFT JOIN', 'grants', 'id = given.grant_id AND tokens.client_id IS NULL')}
WHERE tokens.expires_at > given.now AND grants.revoked_at IS NULL`;

type FoundRow = [
  place: string,
  kind: 'access' | 'refresh',
  clientId: string | null,
  scope: string | null,
  audience: string | null,
  issuedAt: string,
  expiresAt: string,
  rotatedAt: string | null,
  clientIncarnation: string | null,
  grantClientId: string | null,
  subject: string | null,
  data: string | null,
];

/** Values as the database takes them, so that a caller may go on with what it gave. */
interface InsertRow {
  readonly grantId: Buffer;
  readonly hash: Buffer;
  readonly clientId: string | null;
  readonly clientIncarnation: string | null;
  readonly scope: string | null;
  readonly audience: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export class GatheredTokenCommands {
  readonly #saving: Batcher<InsertRow, undefined>;
  readonly #finding: Batcher<WantedKey, FoundToken | undefined>;

  constructor(pool: Pick<PostgresPool, 'rows'>) {
    this.#saving = new Batcher((rows) => insertAll(pool, rows), batcherOptions);
    this.#finding = new Batcher((wanted) => findAll(pool, wanted), batcherOptions);
  }

  async saveClientToken(token: ClientToken): Promise<void> {
    await this.#saving.add({
      grantId: bytes.toDriver(token.key.grantId),
      hash: bytes.toDriver(token.key.hash),
      clientId: textWithoutNulOrNull(token.clientId),
      clientIncarnation: token.clientIncarnation,
      scope: json.toDriver(token.scope),
      audience: json.toDriver(audienceColumn(token)),
      issuedAt: token.issuedAt,
      expiresAt: token.expiresAt,
    });
  }

  findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    return this.#finding.add({ key: { ...key }, now });
  }
}

const insertAll = async (pool: Pick<PostgresPool, 'rows'>, rows: readonly InsertRow[]): Promise<undefined[]> => {
  await pool.rows(insertTokens, [
    byteArray(rows.map(({ grantId }) => grantId)),
    byteArray(rows.map(({ hash }) => hash)),
    textArray(rows.map(({ clientId }) => clientId)),
    textArray(rows.map(({ clientIncarnation }) => clientIncarnation)),
    textArray(rows.map(({ scope }) => scope)),
    textArray(rows.map(({ audience }) => audience)),
    numberArray(rows.map(({ issuedAt }) => issuedAt)),
    numberArray(rows.map(({ expiresAt }) => expiresAt)),
  ]);
  return rows.map(() => undefined);
};

const findAll = async (
  pool: Pick<PostgresPool, 'rows'>,
  wanted: readonly WantedKey[],
): Promise<(FoundToken | undefined)[]> => {
  const rows = await pool.rows(findTokens, [...keyArrays(wanted), numberArray(wanted.map(({ now }) => now))]);
  return answersByPlace(wanted, rows as FoundRow[], ({ key }, row) => found(key, row));
};

const found = (key: TokenKey, row: FoundRow): FoundToken | undefined => {
  const [
    ,
    kind,
    clientId,
    scope,
    audience,
    issuedAt,
    expiresAt,
    rotatedAt,
    clientIncarnation,
    grantClientId,
    subject,
    data,
  ] = row;
  const token = {
    grantId: key.grantId,
    hash: key.hash,
    kind,
    clientId,
    clientIncarnation,
    scope: json.fromDriver(scope) as string[] | null,
    audience: json.fromDriver(audience) as string[] | null,
    issuedAt: moment(issuedAt),
    expiresAt: moment(expiresAt),
    rotatedAt: rotatedAt === null ? null : moment(rotatedAt),
  };
  if (data === null) return foundToken(token, null);
  const grant = { id: key.grantId, clientId: grantClientId ?? '', subject: subject ?? '', data: JSON.parse(data) };
  return foundToken(token, grant);
};
