// The statements of SqliteTokenStore.
import { and, eq, exists, getTableColumns, gt, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Changed, Database, Statement } from '../shared/database.ts';
import type { LatestRotation } from '../shared/encodings.ts';
import { given, givenRow } from '../shared/placeholders.ts';
import type { Tables } from '../shared/tables.ts';
import { prepareTokenRemoval, type TokenRemoval } from '../shared/token-removal.ts';
import type { CodeRow, GrantContents, TokenRow } from '../shared/token-rows.ts';

const now = sql.placeholder('now');

export interface TokenStatements extends TokenRemoval {
  readonly insertGrant: Changed;
  /** For tokens that do not come from a rotation. */
  readonly keepGrantUntil: Changed;
  readonly insertCode: Changed;
  /** Codes that have not expired, used or not, of live grants. */
  readonly findCode: Statement<{ code: CodeRow; grant: GrantContents }>;
  readonly useCode: Changed;
  readonly insertToken: Changed;
  /** Tokens that have not expired, of live grants or of clients. A client's own token has no grant. */
  readonly findToken: Statement<{ token: TokenRow; grant: GrantContents | null }>;
  readonly rotate: Statement<{ latest: LatestRotation | null }>;
  readonly findRotation: Statement<Pick<TokenRow, 'rotatedAt' | 'sealed'>>;
  readonly noteRotation: Changed;
  readonly removeAccessTokens: Changed;
  readonly forgetSealedOf: Changed;
  readonly forgetSealed: Changed;
}

export const prepareTokenStatements = (database: Database): TokenStatements => ({
  ...prepareGrants(database),
  ...prepareCodes(database),
  ...prepareTokens(database),
  ...prepareRotation(database),
  ...prepareTokenRemoval(database),
});

const conditionsOn = ({ codes, grants, tokens }: Tables) => ({
  isGrant: eq(grants.id, given('grantId', grants.id)),
  isCode: and(eq(codes.grantId, given('grantId', codes.grantId)), eq(codes.hash, given('hash', codes.hash))),
  isToken: and(eq(tokens.grantId, given('grantId', tokens.grantId)), eq(tokens.hash, given('hash', tokens.hash))),
  isOfGrant: eq(tokens.grantId, given('grantId', tokens.grantId)),
});

const contentsOf = ({ id, clientId, subject, data }: Tables['grants']) => ({ id, clientId, subject, data });

const liveGrantOf = ({ query, tables: { grants } }: Database, row: Tables['codes'] | Tables['tokens']) =>
  query
    .select({ id: grants.id })
    .from(grants)
    .where(and(eq(grants.id, row.grantId), isNull(grants.revokedAt)));

const keepUntilAtLeast = ({ keepUntil }: Tables['grants']) => sql`max(${keepUntil}, ${sql.placeholder('keepUntil')})`;

const prepareGrants = ({ query, tables }: Database) => {
  const { grants } = tables;
  const { isGrant } = conditionsOn(tables);
  const { latest: _none, ...newGrant } = givenRow(grants);
  return {
    insertGrant: query.insert(grants).values(newGrant).returning({ id: grants.id }).prepare('insert grant'),
    keepGrantUntil: query
      .update(grants)
      .set({ keepUntil: keepUntilAtLeast(grants), latest: null })
      .where(and(isGrant, or(lt(grants.keepUntil, sql.placeholder('keepUntil')), isNotNull(grants.latest))))
      .returning({ id: grants.id })
      .prepare('keep grant'),
  };
};

const prepareCodes = (database: Database) => {
  const { query, tables } = database;
  const { codes, grants } = tables;
  const { isCode } = conditionsOn(tables);
  return {
    insertCode: query.insert(codes).values(givenRow(codes)).returning({ hash: codes.hash }).prepare('insert code'),
    findCode: query
      .select({ code: getTableColumns(codes), grant: contentsOf(grants) })
      .from(codes)
      .innerJoin(grants, eq(grants.id, codes.grantId))
      .where(and(isCode, gt(codes.expiresAt, now), isNull(grants.revokedAt)))
      .prepare('find code'),
    useCode: query
      .update(codes)
      .set({ usedAt: sql`${now}` })
      .where(and(isCode, isNull(codes.usedAt), gt(codes.expiresAt, now), exists(liveGrantOf(database, codes))))
      .returning({ hash: codes.hash })
      .prepare('use code'),
  };
};

const prepareTokens = ({ query, tables }: Database) => {
  const { grants, tokens } = tables;
  const { isToken } = conditionsOn(tables);
  return {
    insertToken: query.insert(tokens).values(givenRow(tokens)).returning({ hash: tokens.hash }).prepare('insert token'),
    findToken: query
      .select({ token: getTableColumns(tokens), grant: contentsOf(grants) })
      .from(tokens)
      .leftJoin(grants, and(eq(grants.id, tokens.grantId), isNull(tokens.clientId)))
      .where(and(isToken, gt(tokens.expiresAt, now), isNull(grants.revokedAt)))
      .prepare('find token'),
  };
};

const prepareRotation = (database: Database) => {
  const { query, tables } = database;
  const { grants, tokens } = tables;
  const { isGrant, isToken } = conditionsOn(tables);
  const latest = query.select({ latest: grants.latest }).from(grants).where(isGrant);
  const isRotatable = and(isToken, eq(tokens.kind, 'refresh'), isNull(tokens.rotatedAt), gt(tokens.expiresAt, now));
  return {
    rotate: query
      .update(tokens)
      .set({ rotatedAt: sql`${now}`, sealed: given('sealed', tokens.sealed) })
      .where(and(isRotatable, exists(liveGrantOf(database, tokens))))
      .returning({ latest: sql`${latest}`.mapWith(grants.latest) })
      .prepare('rotate token'),
    findRotation: query
      .select({ rotatedAt: tokens.rotatedAt, sealed: tokens.sealed })
      .from(tokens)
      .where(and(isToken, gt(tokens.expiresAt, now), exists(liveGrantOf(database, tokens))))
      .prepare('find rotation'),
    noteRotation: query
      .update(grants)
      .set({ keepUntil: keepUntilAtLeast(grants), latest: given('latest', grants.latest) })
      .where(isGrant)
      .returning({ id: grants.id })
      .prepare('note rotation'),
    ...prepareClearing(database),
  };
};

/** What a rotation removes. A rotated token stays until it expires, to detect reuse; `sealed` only until the next rotation. */
const prepareClearing = ({ query, tables }: Database) => {
  const { tokens } = tables;
  const { isToken, isOfGrant } = conditionsOn(tables);
  return {
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
    forgetSealed: query
      .update(tokens)
      .set({ sealed: null })
      .where(and(isOfGrant, isNotNull(tokens.sealed), ne(tokens.hash, given('hash', tokens.hash))))
      .returning({ hash: tokens.hash })
      .prepare('forget sealed'),
  };
};
