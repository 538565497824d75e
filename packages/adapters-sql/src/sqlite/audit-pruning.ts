// Retention of the audit table on SQLite: two statements in one transaction.
import type { AuditAnchor } from '@claviger/core';
import { and, eq, lte, sql } from 'drizzle-orm';
import type { PruneAuditChain } from '../shared/audit-store.ts';
import { once } from '../shared/database.ts';
import { given, givenRow } from '../shared/placeholders.ts';
import type { SqliteDatabase } from './database.ts';
import { type Steps, step } from './steps.ts';

const prepare = ({ query, tables }: SqliteDatabase) => {
  const { auditAnchors: anchors, auditEvents: events } = tables;
  return {
    saveAnchor: query
      .insert(anchors)
      .values(givenRow(anchors))
      .onConflictDoUpdate({
        target: anchors.chain,
        set: {
          sequence: given('sequence', anchors.sequence),
          mac: given('mac', anchors.mac),
          time: given('time', anchors.time),
          keyId: given('keyId', anchors.keyId),
          seal: given('seal', anchors.seal),
        },
        setWhere: sql`${anchors.sequence} < ${given('sequence', anchors.sequence)}`,
      })
      .returning({ chain: anchors.chain })
      .prepare('save audit anchor'),
    removeEvents: query
      .delete(events)
      .where(
        and(eq(events.chain, given('chain', events.chain)), lte(events.sequence, given('sequence', events.sequence))),
      )
      .returning({ sequence: events.sequence })
      .prepare('remove audit events'),
  };
};

export const pruneOnSqlite = (database: SqliteDatabase): PruneAuditChain => {
  const statements = once(() => prepare(database));
  function* prune(anchor: AuditAnchor): Steps<number> {
    const saved = yield* step(statements().saveAnchor, { ...anchor });
    return saved.length === 0 ? 0 : (yield* step(statements().removeEvents, { ...anchor })).length;
  }
  return (anchor) => database.atomically(prune(anchor));
};
