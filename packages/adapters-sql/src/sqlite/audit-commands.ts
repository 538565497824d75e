// The commands that change the audit table on SQLite.
import type { AuditAnchor, SealedAuditEvent } from '@claviger/core';
import { and, eq, getTableColumns, lte, type Placeholder, sql } from 'drizzle-orm';
import type { AuditCommands } from '../shared/audit-store.ts';
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

type EventRow = { [Property in keyof SealedAuditEvent]: Placeholder };

/** An insert of this many events. The placeholders of the second one end in `.1`. */
const prepareInsert = ({ query, tables: { auditEvents: events } }: SqliteDatabase, count: number) => {
  const row = (index: number) =>
    Object.fromEntries(
      Object.keys(getTableColumns(events)).map((name) => [name, sql.placeholder(`${name}.${index}`)]),
    ) as EventRow;
  return query
    .insert(events)
    .values(Array.from({ length: count }, (_, index) => row(index)))
    .returning({ sequence: events.sequence })
    .prepare('append audit events');
};

export const sqliteAuditCommands = (database: SqliteDatabase): AuditCommands => {
  const statements = once(() => prepare(database));
  /** By the number of events. The writer uses few sizes. */
  const inserts = new Map<number, ReturnType<typeof prepareInsert>>();
  const insertOf = (count: number) => {
    const insert = inserts.get(count) ?? prepareInsert(database, count);
    inserts.set(count, insert);
    return insert;
  };
  function* prune(anchor: AuditAnchor): Steps<number> {
    const saved = yield* step(statements().saveAnchor, { ...anchor });
    return saved.length === 0 ? 0 : (yield* step(statements().removeEvents, { ...anchor })).length;
  }
  return {
    async append(events) {
      const values = Object.fromEntries(
        events.flatMap((event, index) => Object.entries(event).map(([name, value]) => [`${name}.${index}`, value])),
      );
      try {
        await database.change(insertOf(events.length), values);
        return 'appended';
      } catch (error) {
        if (database.isDuplicate(error)) return 'exists';
        throw error;
      }
    },

    prune: (anchor) => database.atomically(prune(anchor)),
  };
};
