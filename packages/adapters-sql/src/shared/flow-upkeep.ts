// Removing flows, and counting those that wait, the same on every database.
import { type EpochSeconds, isPast, type WaitingNote } from '@claviger/core';
import { and, lte, sql } from 'drizzle-orm';
import type { Changed, Database, Statement } from './database.ts';
import { belongsTo, given, givenRow, type Selection } from './placeholders.ts';
import { inBatches, removeSome } from './removal.ts';
import type { Tables } from './tables.ts';

const now = sql.placeholder('now');

export interface FlowUpkeep {
  readonly note: Changed;
  readonly notes: Statement<Tables['pendingFlows']['$inferSelect']>;
  readonly removeNotes: Changed;
  readonly removeExpired: Changed;
}

export const prepareFlowUpkeep = (database: Database): FlowUpkeep => {
  const { query, tables } = database;
  const { flows, pendingFlows } = tables;
  // Selects every row, but by the primary key: the table may hold many dead rows that a scan would visit.
  const byHolder = sql`${pendingFlows.holder} >= ''`;
  return {
    note: query
      .insert(pendingFlows)
      .values(givenRow(pendingFlows))
      .onConflictDoUpdate({
        target: pendingFlows.holder,
        set: { waiting: given('waiting', pendingFlows.waiting), expiresAt: given('expiresAt', pendingFlows.expiresAt) },
      })
      .returning({ holder: pendingFlows.holder })
      .prepare('note waiting flows'),
    notes: query.select().from(pendingFlows).where(byHolder).prepare('notes of waiting flows'),
    removeNotes: query
      .delete(pendingFlows)
      .where(and(byHolder, lte(pendingFlows.expiresAt, now)))
      .returning({ holder: pendingFlows.holder })
      .prepare('remove notes of waiting flows'),
    removeExpired: removeSome(database, {
      table: flows,
      key: flows.id,
      which: lte(flows.expiresAt, now),
      limit: sql.placeholder('limit'),
    }),
  };
};

/** Stores one holder's count of waiting flows. Returns the sum over all holders. */
export const noteWaiting = async (
  database: Database,
  { note, notes, removeNotes }: FlowUpkeep,
  { holder, waiting, until }: WaitingNote,
  now: EpochSeconds,
): Promise<number> => {
  await database.change(note, { holder, waiting, expiresAt: until });
  const all = await database.run(notes);
  const live = all.filter(({ expiresAt }) => !isPast(expiresAt, now));
  if (live.length < all.length) await database.change(removeNotes, { now });
  return live.reduce((sum, row) => sum + row.waiting, 0);
};

/** Removes all flows of a client, of a subject, or of both. Returns how many. */
export const removeFlows = (database: Database, of: Selection): Promise<number> => {
  const { flows } = database.tables;
  return inBatches(async (limit) => {
    const removal = { table: flows, key: flows.id, which: belongsTo(of, flows), limit, eager: true };
    return (await database.change(removeSome(database, removal))).length;
  });
};
