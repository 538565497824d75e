// Revoking and removing grants, codes and tokens, the same on every database. Each statement carries its whole condition,
// so of two concurrent callers only one changes a row.
import type { EpochSeconds, TokenStore } from '@claviger/core';
import { and, type Column, eq, inArray, isNull, lt, lte, notExists, sql } from 'drizzle-orm';
import type { Changed, Database } from './database.ts';
import { belongsTo, given, type Selection } from './placeholders.ts';
import { inBatches } from './removal.ts';
import type { Tables } from './tables.ts';

const now = sql.placeholder('now');
const limit = sql.placeholder('limit');

export interface TokenRemoval {
  readonly removeToken: Changed;
  readonly revokeGrant: Changed;
  readonly removeExpiredCodes: Changed;
  readonly removeExpiredTokens: Changed;
  readonly removeUnusedGrants: Changed;
}

export const prepareTokenRemoval = (database: Database): TokenRemoval => {
  const { query, tables } = database;
  const { codes, grants, tokens } = tables;
  const isToken = and(
    eq(tokens.grantId, given('grantId', tokens.grantId)),
    eq(tokens.hash, given('hash', tokens.hash)),
  );
  return {
    removeToken: query.delete(tokens).where(isToken).returning({ hash: tokens.hash }).prepare('remove token'),
    revokeGrant: query
      .update(grants)
      .set({ revokedAt: sql`${now}` })
      .where(and(eq(grants.id, given('grantId', grants.id)), isNull(grants.revokedAt)))
      .returning({ id: grants.id })
      .prepare('revoke grant'),
    removeExpiredCodes: removeExpiredOf(database, codes).prepare('remove expired codes'),
    removeExpiredTokens: removeExpiredOf(database, tokens).prepare('remove expired tokens'),
    removeUnusedGrants: removeUnusedGrants(database).prepare('remove unused grants'),
  };
};

/** Compares both key columns as one value. `removeSome` explains the two parts. */
const removeExpiredOf = (database: Database, table: Tables['codes'] | Tables['tokens']) => {
  const { query } = database;
  const expired = query.$with('over').as(
    database.lockingFree(
      query
        .select({ grantId: table.grantId, hash: table.hash })
        .from(table)
        .where(and(lte(table.expiresAt, now), lt(table.issuedAt, sql.placeholder('issued'))))
        .limit(limit),
    ),
  );
  return query
    .with(expired)
    .delete(table)
    .where(
      sql`(${table.grantId}, ${table.hash}) in ${query.select({ grantId: expired.grantId, hash: expired.hash }).from(expired)}`,
    )
    .returning({ grantId: table.grantId });
};

/**
 * Grants to which no code or token refers. A grant that gains tokens concurrently is safe: the command that adds them
 * locks the grant's row, which is then skipped here, and extends `keep_until`, which is checked again on the newest
 * version.
 */
const removeUnusedGrants = (database: Database) => {
  const { query, tables } = database;
  const { codes, grants, tokens } = tables;
  const unused = query.$with('leftover').as(
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
    .with(unused)
    .delete(grants)
    .where(and(inArray<Column>(grants.id, query.select({ id: unused.id }).from(unused)), lte(grants.keepUntil, now)))
    .returning({ id: grants.id });
};

/** Returns how many rows were removed. */
export const removeExpired = async (
  database: Database,
  { removeExpiredCodes, removeExpiredTokens, removeUnusedGrants }: TokenRemoval,
  { now, issued }: Parameters<TokenStore['removeExpired']>[0],
  limit: number,
): Promise<number> => {
  let removed = 0;
  // Grants last, so that one call removes a grant together with its last token.
  for (const statement of [removeExpiredCodes, removeExpiredTokens, removeUnusedGrants]) {
    if (removed >= limit) break;
    removed += (await database.change(statement, { now, issued, limit: limit - removed })).length;
  }
  return removed;
};

/** Revokes all live grants of a client, of a subject, or of both. Returns how many. */
export const revokeGrants = (database: Database, of: Selection, now: EpochSeconds): Promise<number> =>
  inBatches(async (most) => (await database.change(revokeSome(database, of, now, most))).length);

const revokeSome = (database: Database, of: Selection, at: EpochSeconds, most: number): Changed => {
  const { query, tables } = database;
  const { grants } = tables;
  const isLive = and(belongsTo(of, grants), isNull(grants.revokedAt));
  const live = query
    .$with('alive')
    .as(database.locking(query.select({ id: grants.id }).from(grants).where(isLive).limit(most)));
  return query
    .with(live)
    .update(grants)
    .set({ revokedAt: sql`${at}` })
    .where(and(inArray<Column>(grants.id, query.select({ id: live.id }).from(live)), isNull(grants.revokedAt)))
    .returning({ id: grants.id })
    .prepare('revoke grants');
};
