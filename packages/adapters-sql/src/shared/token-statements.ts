// The statements of SqlTokenStore, the same on every database. Each that decides something carries its whole condition,
// so that two callers at once cannot both be told yes.
import { and, type Column, eq, getTableColumns, gt, inArray, isNull, lt, lte, notExists, sql } from 'drizzle-orm';
import type { Tables } from '../postgres/schema.ts';
import type { Changed, Database, Statement } from './database.ts';
import { belongsTo, given, givenRow, type Selection } from './placeholders.ts';
import type { CodeRow, GrantContents, TokenRow } from './token-rows.ts';

const now = sql.placeholder('now');
const limit = sql.placeholder('limit');

export interface TokenStatements {
  /** Codes of live grants that are not expired, used or not. */
  readonly findCode: Statement<{ code: CodeRow; grant: GrantContents }>;
  readonly insertToken: Changed;
  /** Tokens that are not expired, of live grants or of clients; null where there is no grant. */
  readonly findToken: Statement<{ token: TokenRow; grant: GrantContents | null }>;
  readonly removeToken: Changed;
  readonly revokeGrant: Changed;
  readonly removeCodesOver: Changed;
  readonly removeTokensOver: Changed;
  readonly removeGrantsLeft: Changed;
}

export const prepareTokenStatements = (database: Database): TokenStatements => {
  const { query, tables } = database;
  const { codes, grants, tokens } = tables;
  const isCode = and(eq(codes.grantId, given('grantId', codes.grantId)), eq(codes.hash, given('hash', codes.hash)));
  const isToken = and(
    eq(tokens.grantId, given('grantId', tokens.grantId)),
    eq(tokens.hash, given('hash', tokens.hash)),
  );
  const grant = { id: grants.id, clientId: grants.clientId, subject: grants.subject, data: grants.data };
  return {
    findCode: query
      .select({ code: getTableColumns(codes), grant })
      .from(codes)
      .innerJoin(grants, eq(grants.id, codes.grantId))
      .where(and(isCode, gt(codes.expiresAt, now), isNull(grants.revokedAt)))
      .prepare('find code'),

    insertToken: query
      .insert(tokens)
      .values(givenRow(tokens))
      .returning({ grantId: tokens.grantId })
      .prepare('insert token'),
    findToken: query
      .select({ token: getTableColumns(tokens), grant })
      .from(tokens)
      .leftJoin(grants, and(eq(grants.id, tokens.grantId), isNull(tokens.clientId)))
      .where(and(isToken, gt(tokens.expiresAt, now), isNull(grants.revokedAt)))
      .prepare('find token'),
    removeToken: query.delete(tokens).where(isToken).returning({ hash: tokens.hash }).prepare('remove token'),

    revokeGrant: query
      .update(grants)
      .set({ revokedAt: sql`${now}` })
      .where(and(eq(grants.id, given('grantId', grants.id)), isNull(grants.revokedAt)))
      .returning({ id: grants.id })
      .prepare('revoke grant'),

    removeCodesOver: removeOver(database, codes).prepare('remove expired codes'),
    removeTokensOver: removeOver(database, tokens).prepare('remove expired tokens'),
    removeGrantsLeft: removeGrantsLeft(database).prepare('remove grants that nothing points at'),
  };
};

/** Codes or tokens that are over; the pair of key columns is compared as one value. See removeSome for the two parts. */
const removeOver = (database: Database, table: Tables['codes'] | Tables['tokens']) => {
  const { query } = database;
  const over = query.$with('over').as(
    database.lockingFree(
      query
        .select({ grantId: table.grantId, hash: table.hash })
        .from(table)
        .where(and(lte(table.expiresAt, now), lt(table.issuedAt, sql.placeholder('issued'))))
        .limit(limit),
    ),
  );
  return query
    .with(over)
    .delete(table)
    .where(
      sql`(${table.grantId}, ${table.hash}) in ${query.select({ grantId: over.grantId, hash: over.hash }).from(over)}`,
    )
    .returning({ grantId: table.grantId });
};

/**
 * A grant that is just gaining tokens is safe: whoever adds them holds its row (then it is left out here), and notes their
 * expiry in keep_until (then its newest version no longer meets the condition, which is checked again).
 */
const removeGrantsLeft = (database: Database) => {
  const { query, tables } = database;
  const { codes, grants, tokens } = tables;
  const leftover = query.$with('leftover').as(
    database.lockingFree(
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
  );
  return query
    .with(leftover)
    .delete(grants)
    .where(
      and(inArray<Column>(grants.id, query.select({ id: leftover.id }).from(leftover)), lte(grants.keepUntil, now)),
    )
    .returning({ id: grants.id });
};

/** At most `most` live grants of a client, of a subject, or of both. */
export const revokeSome = (database: Database, of: Selection, at: number, most: number): Changed => {
  const { query, tables } = database;
  const { grants } = tables;
  const isAlive = and(belongsTo(of, grants), isNull(grants.revokedAt));
  const alive = query
    .$with('alive')
    .as(database.locking(query.select({ id: grants.id }).from(grants).where(isAlive).limit(most)));
  return query
    .with(alive)
    .update(grants)
    .set({ revokedAt: sql`${at}` })
    .where(and(inArray<Column>(grants.id, query.select({ id: alive.id }).from(alive)), isNull(grants.revokedAt)))
    .returning({ id: grants.id })
    .prepare('revoke grants');
};
