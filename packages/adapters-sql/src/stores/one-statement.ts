// The statements of TokenCommandsInOneStatement; its header says how they decide.
import { and, type Column, eq, getTableColumns, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Database, Statement } from '../database.ts';
import { given, givenRow } from '../placeholders.ts';
import type { GrantRow } from './token-rows.ts';

const now = sql.placeholder('now');
const keepUntil = sql.placeholder('keepUntil');

/** Rows that a statement inserts have placeholders of their own: the column's name after this. */
export const rowName = (of: 'grant' | 'code' | 'token', index = 0): string => `${of} ${index} `;

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** A grant with `count` tokens and perhaps a code. Refused whole when the grant's id is taken. */
export const createGrantStatement = (
  { query, tables }: Database,
  count: number,
  withCode: boolean,
): Statement<{ id: string }> => {
  const { codes, grants, tokens } = tables;
  const code = query.insert(codes).values(givenRow(codes, rowName('code')));
  const rows = upTo(count).map((index) => givenRow(tokens, rowName('token', index)));
  const parts = [
    ...(withCode ? [query.$with('code').as(code.returning({ hash: codes.hash }))] : []),
    ...(count > 0
      ? [query.$with('issued').as(query.insert(tokens).values(rows).returning({ hash: tokens.hash }))]
      : []),
  ];
  return query
    .with(...parts)
    .insert(grants)
    .values(givenRow(grants, rowName('grant')))
    .returning({ id: grants.id })
    .prepare('create grant');
};

/** No row: there is no such code, or not any more. */
export const redeemStatement = (database: Database, count: number): Statement<{ outcome: 'redeemed' | 'replayed' }> => {
  const { query, tables } = database;
  const { codes } = tables;
  const live = liveGrant(database);
  const code = query.$with('code').as(
    query
      .select({ usedAt: codes.usedAt })
      .from(live)
      .innerJoin(codes, eq(codes.grantId, live.id))
      .where(and(eq(codes.hash, given('hash', codes.hash)), gt(codes.expiresAt, now)))
      .for('update', { of: codes }),
  );
  const outcome = sql<'redeemed' | 'replayed'>`case when ${code.usedAt} is null then 'redeemed' else 'replayed' end`;
  const verdict = query.$with('verdict').as(query.select({ outcome: outcome.as('outcome') }).from(code));
  const isRedeemed = verdictIs('redeemed');
  const used = query.$with('used').as(
    query
      .update(codes)
      .set({ usedAt: sql`${now}` })
      .where(and(isRow(codes), isRedeemed))
      .returning({ hash: codes.hash }),
  );
  return query
    .with(live, code, verdict, used, ...issue(database, count, isRedeemed), marked(database, isRedeemed, 'replayed'))
    .select({ outcome: verdict.outcome })
    .from(verdict)
    .prepare('redeem code');
};

type Rotated = { outcome: 'rotated' | 'repeated' | 'reused'; sealed: string | null; grant: GrantRow };

/** No row: there is no such refresh token, or not any more. `sealed` is the one that was stored before. */
export const rotateStatement = (database: Database, count: number): Statement<Rotated> => {
  const { query, tables } = database;
  const { tokens } = tables;
  const live = liveGrant(database);
  const token = query.$with('token').as(
    query
      .select({ rotatedAt: tokens.rotatedAt, sealed: tokens.sealed })
      .from(live)
      .innerJoin(tokens, eq(tokens.grantId, live.id))
      .where(and(eq(tokens.hash, given('hash', tokens.hash)), eq(tokens.kind, 'refresh'), gt(tokens.expiresAt, now)))
      .for('update', { of: tokens }),
  );
  // A clock that is behind another node's must not make time run backwards into a grace that is over, or turned off.
  const outcome = sql<Rotated['outcome']>`case
    when ${token.rotatedAt} is null then 'rotated'
    when greatest(0, ${now} - ${token.rotatedAt}) < ${sql.placeholder('grace')} and ${token.sealed} is not null then 'repeated'
    else 'reused' end`;
  const verdict = query
    .$with('verdict')
    .as(query.select({ outcome: outcome.as('outcome'), sealed: token.sealed }).from(token));
  const isRotated = verdictIs('rotated');
  const isOfGrant = eq(tokens.grantId, given('grantId', tokens.grantId));
  const rotated = query.$with('rotated').as(
    query
      .update(tokens)
      .set({ rotatedAt: sql`${now}`, sealed: given('sealed', tokens.sealed) })
      .where(and(isRow(tokens), isRotated))
      .returning({ hash: tokens.hash }),
  );
  // Those of this moment: what another rotation of the same grant, by a sister token, is just adding stays.
  const removed = query.$with('removed').as(
    query
      .delete(tokens)
      .where(and(isOfGrant, eq(tokens.kind, 'access'), isRotated))
      .returning({ hash: tokens.hash }),
  );
  // A token that was rotated stays until it expires, to recognise its reuse; its successors only until one is rotated.
  const isAnother = ne(tokens.hash, given('hash', tokens.hash));
  const forgotten = query.$with('forgotten').as(
    query
      .update(tokens)
      .set({ sealed: null })
      .where(and(isOfGrant, isNotNull(tokens.sealed), isAnother, isRotated))
      .returning({ hash: tokens.hash }),
  );
  const issued = issue(database, count, isRotated);
  return query
    .with(live, token, verdict, rotated, removed, forgotten, ...issued, marked(database, isRotated, 'reused'))
    .select({
      outcome: verdict.outcome,
      sealed: verdict.sealed,
      grant: {
        id: live.id,
        clientId: live.clientId,
        subject: live.subject,
        revokedAt: live.revokedAt,
        keepUntil: live.keepUntil,
        data: live.data,
      },
    })
    .from(verdict)
    .innerJoin(live, sql`true`)
    .prepare('rotate refresh token');
};

/** The grant, locked; no row when it is unknown or was revoked. */
const liveGrant = ({ query, tables: { grants } }: Database) =>
  query.$with('live').as(
    query
      .select(getTableColumns(grants))
      .from(grants)
      .where(and(eq(grants.id, given('grantId', grants.id)), isNull(grants.revokedAt)))
      .for('update'),
  );

const isRow = (table: { grantId: Column; hash: Column }): SQL | undefined =>
  and(eq(table.grantId, given('grantId', table.grantId)), eq(table.hash, given('hash', table.hash)));

const verdictIs = (outcome: 'redeemed' | 'replayed' | 'rotated' | 'reused'): SQL =>
  sql`(select outcome from verdict) = ${sql.raw(`'${outcome}'`)}`;

/** Inserts `count` tokens if `condition` holds. */
const issue = ({ query, tables: { tokens } }: Database, count: number, condition: SQL) => {
  if (count === 0) return [];
  const columns = Object.entries(getTableColumns(tokens));
  const rows = upTo(count).map((index) => {
    const name = rowName('token', index);
    const values = columns.map(
      ([property, column]) => sql`${given(`${name}${property}`, column)}::${sql.raw(column.getSQLType())}`,
    );
    return sql`(${sql.join(values, sql`, `)})`;
  });
  const selection = sql`select * from (values ${sql.join(rows, sql`, `)}) as given where ${condition}`;
  return [query.$with('issued').as(query.insert(tokens).select(selection).returning({ hash: tokens.hash }))];
};

/**
 * What the verdict does to the grant: it stays as long as its new tokens live, or it is revoked. One part for both, as
 * CockroachDB wants it: no two parts may change the same row.
 */
const marked = ({ query, tables: { grants } }: Database, isIssued: SQL, fault: 'replayed' | 'reused') => {
  const isFault = verdictIs(fault);
  return query.$with('marked').as(
    query
      .update(grants)
      .set({
        keepUntil: sql`case when ${isIssued} then ${keepUntil} else ${grants.keepUntil} end`,
        revokedAt: sql`case when ${isFault} then ${now} else ${grants.revokedAt} end`,
      })
      .where(
        and(
          eq(grants.id, given('grantId', grants.id)),
          or(isFault, and(isIssued, sql`${grants.keepUntil} < ${keepUntil}`)),
        ),
      )
      .returning({ id: grants.id }),
  );
};
