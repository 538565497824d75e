// The statements of SqlTokenStore. Each that decides something carries its whole condition, so that two callers at once
// cannot both be told yes.
import {
  and,
  eq,
  exists,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  notExists,
  sql,
} from 'drizzle-orm';
import type { Statement } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import { codes, grants, tokens } from '../schema/sqlite.ts';
import type { QueryBuilder } from '../sqlite-database.ts';
import type { CodeRow, GrantRow, TokenRow } from './token-rows.ts';

const now = sql.placeholder('now');
const limit = sql.placeholder('limit');

const isCode = and(eq(codes.grantId, given('grantId', codes.grantId)), eq(codes.hash, given('hash', codes.hash)));
const isToken = and(eq(tokens.grantId, given('grantId', tokens.grantId)), eq(tokens.hash, given('hash', tokens.hash)));
const isOfGrant = eq(tokens.grantId, given('grantId', tokens.grantId));

const liveGrantOf = (query: QueryBuilder, row: typeof codes | typeof tokens) =>
  query
    .select({ id: grants.id })
    .from(grants)
    .where(and(eq(grants.id, row.grantId), isNull(grants.revokedAt)));

/** Codes or tokens that are over; the pair of key columns is compared as one value. */
const removeOver = (query: QueryBuilder, table: typeof codes | typeof tokens) => {
  const over = query
    .select({ grantId: table.grantId, hash: table.hash })
    .from(table)
    .where(and(lte(table.expiresAt, now), lt(table.issuedAt, sql.placeholder('issued'))))
    .limit(limit);
  return query
    .delete(table)
    .where(sql`(${table.grantId}, ${table.hash}) in ${over}`)
    .returning({ grantId: table.grantId })
    .prepare();
};

type Changed = Statement<Readonly<Record<string, unknown>>>;

/** Those typed as Changed answer with one row for each row that they changed. */
export interface TokenStatements {
  readonly insertGrant: Changed;
  readonly insertCode: Changed;
  readonly insertToken: Changed;
  /** Codes of live grants that are not expired, used or not. */
  readonly findCode: Statement<{ code: CodeRow; grant: GrantRow }>;
  /** Tokens that are not expired, of live grants or of clients; null where there is no grant. */
  readonly findToken: Statement<{ token: TokenRow; grant: GrantRow | null }>;
  readonly useCode: Changed;
  readonly rotate: Changed;
  readonly removeAccessTokens: Changed;
  /** A token that was rotated stays until it expires, to recognise its reuse; its successors only until the next is rotated. */
  readonly forgetSealed: Changed;
  readonly keepGrantUntil: Changed;
  readonly revokeGrant: Changed;
  readonly removeToken: Changed;
  readonly removeCodesOver: Changed;
  readonly removeTokensOver: Changed;
  readonly removeGrantsLeft: Changed;
}

export const prepareTokenStatements = (query: QueryBuilder): TokenStatements => ({
  insertGrant: query.insert(grants).values(givenRow(grants)).returning({ id: grants.id }).prepare(),
  insertCode: query.insert(codes).values(givenRow(codes)).returning({ grantId: codes.grantId }).prepare(),
  insertToken: query.insert(tokens).values(givenRow(tokens)).returning({ grantId: tokens.grantId }).prepare(),

  findCode: query
    .select({ code: getTableColumns(codes), grant: getTableColumns(grants) })
    .from(codes)
    .innerJoin(grants, eq(grants.id, codes.grantId))
    .where(and(isCode, gt(codes.expiresAt, now), isNull(grants.revokedAt)))
    .prepare(),

  findToken: query
    .select({ token: getTableColumns(tokens), grant: getTableColumns(grants) })
    .from(tokens)
    .leftJoin(grants, and(eq(grants.id, tokens.grantId), isNull(tokens.clientId)))
    .where(and(isToken, gt(tokens.expiresAt, now), isNull(grants.revokedAt)))
    .prepare(),

  useCode: query
    .update(codes)
    .set({ usedAt: sql`${now}` })
    .where(and(isCode, isNull(codes.usedAt), gt(codes.expiresAt, now), exists(liveGrantOf(query, codes))))
    .returning({ grantId: codes.grantId })
    .prepare(),

  rotate: query
    .update(tokens)
    .set({ rotatedAt: sql`${now}`, sealed: given('sealed', tokens.sealed) })
    .where(
      and(
        isToken,
        eq(tokens.kind, 'refresh'),
        isNull(tokens.rotatedAt),
        gt(tokens.expiresAt, now),
        exists(liveGrantOf(query, tokens)),
      ),
    )
    .returning({ grantId: tokens.grantId })
    .prepare(),
  removeAccessTokens: query
    .delete(tokens)
    .where(and(isOfGrant, eq(tokens.kind, 'access')))
    .returning({ hash: tokens.hash })
    .prepare(),
  forgetSealed: query
    .update(tokens)
    .set({ sealed: null })
    .where(and(isOfGrant, isNotNull(tokens.sealed), ne(tokens.hash, given('hash', tokens.hash))))
    .returning({ hash: tokens.hash })
    .prepare(),

  keepGrantUntil: query
    .update(grants)
    .set({ keepUntil: given('keepUntil', grants.keepUntil) })
    .where(and(eq(grants.id, given('grantId', grants.id)), lt(grants.keepUntil, sql.placeholder('keepUntil'))))
    .returning({ id: grants.id })
    .prepare(),
  revokeGrant: query
    .update(grants)
    .set({ revokedAt: sql`${now}` })
    .where(and(eq(grants.id, given('grantId', grants.id)), isNull(grants.revokedAt)))
    .returning({ id: grants.id })
    .prepare(),

  removeToken: query.delete(tokens).where(isToken).returning({ hash: tokens.hash }).prepare(),
  removeCodesOver: removeOver(query, codes),
  removeTokensOver: removeOver(query, tokens),
  removeGrantsLeft: query
    .delete(grants)
    .where(
      inArray(
        grants.id,
        query
          .select({ id: grants.id })
          .from(grants)
          .where(
            and(
              lte(grants.keepUntil, now),
              notExists(query.select({ hash: codes.hash }).from(codes).where(eq(codes.grantId, grants.id))),
              notExists(query.select({ hash: tokens.hash }).from(tokens).where(eq(tokens.grantId, grants.id))),
            ),
          )
          .limit(limit),
      ),
    )
    .returning({ id: grants.id })
    .prepare(),
});
