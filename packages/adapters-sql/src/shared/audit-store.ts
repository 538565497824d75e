// AuditStore on SQL. Each database appends and prunes in its own way.
import type {
  AuditAnchor,
  AuditCheckpoint,
  AuditCursor,
  AuditFilter,
  AuditStore,
  ChainHead,
  SealedAuditEvent,
} from '@claviger/core';
import { and, asc, desc, eq, gt, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { given, givenRow } from './placeholders.ts';

const limit = sql.placeholder('limit');

const prepare = (database: Database) => {
  const { query, tables } = database;
  const { auditAnchors, auditEvents } = tables;
  const { chain, sequence, mac } = auditEvents;
  const isOfChain = eq(chain, given('chain', chain));
  return {
    readChain: query
      .select()
      .from(auditEvents)
      .where(and(isOfChain, gt(sequence, given('after', sequence))))
      .orderBy(asc(sequence))
      .limit(limit)
      .prepare('read audit chain'),
    lastOfChain: query
      .select({ chain, sequence, mac })
      .from(auditEvents)
      .where(isOfChain)
      .orderBy(desc(sequence))
      .limit(1)
      .prepare('last audit event'),
    chainsFromStart: query.select({ chain }).from(auditEvents).where(sql`${sequence} = 1`).prepare('audit chains'),
    allChains: query.selectDistinct({ chain }).from(auditEvents).prepare('all audit chains'),
    anchors: query.select().from(auditAnchors).prepare('audit anchors'),
  };
};

const prepareCheckpoints = ({ query, tables: { auditCheckpoints } }: Database) => {
  return {
    saveCheckpoint: query
      .insert(auditCheckpoints)
      .values(givenRow(auditCheckpoints))
      .onConflictDoNothing()
      .returning({ number: auditCheckpoints.number })
      .prepare('save audit checkpoint'),
    latestCheckpoint: query
      .select()
      .from(auditCheckpoints)
      .orderBy(desc(auditCheckpoints.number))
      .limit(1)
      .prepare('latest audit checkpoint'),
    removeCheckpoints: query
      .delete(auditCheckpoints)
      .where(lt(auditCheckpoints.number, given('number', auditCheckpoints.number)))
      .returning({ number: auditCheckpoints.number })
      .prepare('remove audit checkpoints'),
  };
};

export interface AuditCommands {
  /** One statement: if any of the rows exists, none is inserted. */
  append(events: readonly SealedAuditEvent[]): Promise<'appended' | 'exists'>;
  /** Saves the anchor unless the chain has one that is not lower, and removes the events up to it, in one step. */
  prune(anchor: AuditAnchor): Promise<number>;
}

export class SqlAuditStore implements AuditStore {
  readonly #commands: AuditCommands;
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;
  readonly #checkpoints: () => ReturnType<typeof prepareCheckpoints>;

  constructor(database: Database, commands: AuditCommands) {
    this.#commands = commands;
    this.#database = database;
    this.#statements = once(() => prepare(database));
    this.#checkpoints = once(() => prepareCheckpoints(database));
  }

  append(events: readonly SealedAuditEvent[]): Promise<'appended' | 'exists'> {
    return this.#commands.append(events);
  }

  prune(anchor: AuditAnchor): Promise<number> {
    return this.#commands.prune(anchor);
  }

  async list(filter: AuditFilter, after: AuditCursor | null, limit: number): Promise<readonly SealedAuditEvent[]> {
    const { query, tables } = this.#database;
    const { auditEvents: events } = tables;
    const page = query
      .select()
      .from(events)
      .where(and(...this.#conditions(filter, after)))
      .orderBy(desc(events.time), desc(events.chain), desc(events.sequence))
      .limit(limit);
    return this.#database.run(page.prepare('list audit events'));
  }

  async readChain(chain: string, after: number, limit: number): Promise<readonly SealedAuditEvent[]> {
    return this.#database.run(this.#statements().readChain, { chain, after, limit });
  }

  async heads(scan: 'known' | 'all'): Promise<readonly ChainHead[]> {
    const statements = this.#statements();
    const chains =
      scan === 'all'
        ? await this.#database.run(statements.allChains)
        : [...(await this.#database.run(statements.chainsFromStart)), ...(await this.anchors())];
    const heads: ChainHead[] = [];
    for (const chain of new Set(chains.map((row) => row.chain))) {
      heads.push(...(await this.#database.run(statements.lastOfChain, { chain })));
    }
    return heads;
  }

  async saveCheckpoint(checkpoint: AuditCheckpoint): Promise<'saved' | 'exists'> {
    const saved = await this.#database.change(this.#checkpoints().saveCheckpoint, { ...checkpoint });
    return saved.length > 0 ? 'saved' : 'exists';
  }

  async latestCheckpoint(): Promise<AuditCheckpoint | undefined> {
    return (await this.#database.run(this.#checkpoints().latestCheckpoint))[0];
  }

  async removeCheckpointsBefore(number: number): Promise<number> {
    return (await this.#database.change(this.#checkpoints().removeCheckpoints, { number })).length;
  }

  anchors(): Promise<readonly AuditAnchor[]> {
    return this.#database.run(this.#statements().anchors);
  }

  #conditions({ types, clientId, subject, since, until }: AuditFilter, after: AuditCursor | null): SQL[] {
    const { auditEvents: events } = this.#database.tables;
    const conditions: SQL[] = [];
    if (types !== undefined) conditions.push(inArray(events.type, [...types]));
    if (clientId !== undefined) conditions.push(eq(events.clientId, clientId));
    if (subject !== undefined) conditions.push(eq(events.subject, subject));
    if (since !== undefined) conditions.push(gte(events.time, since));
    if (until !== undefined) conditions.push(lt(events.time, until));
    if (after !== null) {
      const place = sql`(${events.time}, ${events.chain}, ${events.sequence})`;
      conditions.push(sql`${place} < (${after.time}, ${after.chain}, ${after.sequence})`);
    }
    return conditions;
  }
}
