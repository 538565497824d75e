// The audit log of one process: each event becomes a log line and, where there is an SQL database, a row of the audit table.
import {
  type AuditCursor,
  type AuditFilter,
  type AuditRecord,
  type AuditStore,
  AuditWriter,
  type DomainEvent,
  type EventSink,
  eventKinds,
  type SealedAuditEvent,
  type System,
  storable,
  toAuditRecord,
} from '@claviger/core';
import { reasonOf } from '@claviger/http';
import type { Config } from '../config.ts';

interface Log {
  readonly level: string;
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface AuditTrailParts {
  readonly config: Config['audit'];
  readonly system: System;
  /** The log of the admin listener, which is created later. */
  readonly log: () => Log;
  readonly fingerprintSubject: (subject: string) => string;
}

/** Levels at which the line would not be written. */
const quieter: ReadonlySet<string> = new Set(['warn', 'error', 'fatal', 'silent']);

/** Members that have separate columns. */
const columns: ReadonlySet<string> = new Set(['time', 'type', 'client_id', 'subject']);

/** A loop, because a copy with rest properties takes three times as long. */
const dataOf = (record: AuditRecord): string => {
  const data: Record<string, unknown> = {};
  for (const name in record) if (!columns.has(name)) data[name] = record[name];
  return JSON.stringify(data);
};

export class AuditTrail implements EventSink {
  readonly #parts: AuditTrailParts;
  readonly #start: string;
  #count = 0;
  #store: AuditStore | undefined;
  #writer: AuditWriter | undefined;
  #hasComplained = false;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
    this.#start = parts.system.random.base64url(9);
  }

  /** From now on events go to the table too. */
  open(store: AuditStore): void {
    const { system } = this.#parts;
    this.#store = store;
    this.#writer = new AuditWriter({ store, system, onFailure: (error) => this.#complain(error) });
  }

  /** Events that are not in the table because the queue was full, since the start. */
  get lost(): number {
    return this.#writer?.lost ?? 0;
  }

  record(event: DomainEvent): void {
    const { lane, outcome } = eventKinds[event.type];
    if (lane === 'metric') return;
    const { config, system } = this.#parts;
    const log = this.#parts.log();
    const isLogged = !quieter.has(log.level);
    const writer = lane === 'token' && !config.tokens ? undefined : this.#writer;
    if (!isLogged && !writer) return;
    this.#count += 1;
    const id = `${this.#start}-${this.#count}`;
    const time = system.clock.milliseconds?.() ?? system.clock.now() * 1000;
    const record = toAuditRecord(event, { id, time, showSubject: this.#showSubject });
    // The log line is written first, because a crash can lose entries that wait for the table.
    if (isLogged) log.info({ audit: true, event: record }, 'audit event');
    if (!writer) return;
    const { type, client_id: clientId = null, subject = null } = record;
    writer.add(
      { time, type, clientId, subject, data: dataOf(record) },
      lane === 'refusal' || (lane === 'token' && outcome === 'refused'),
    );
  }

  /** null where there is no audit table. */
  async list(
    filter: AuditFilter,
    after: AuditCursor | null,
    limit: number,
  ): Promise<readonly SealedAuditEvent[] | null> {
    if (!this.#store) return null;
    const { clientId, subject, ...rest } = filter;
    const shown = subject === undefined ? undefined : this.#showSubject(subject);
    const of = {
      ...rest,
      ...(clientId === undefined ? {} : { clientId: storable(clientId) }),
      ...(shown === undefined ? {} : { subject: storable(shown) }),
    };
    return this.#store.list(of, after, limit);
  }

  /** Writes the waiting entries. */
  async close(): Promise<void> {
    await this.#writer?.close();
  }

  readonly #showSubject = (subject: string): string | undefined => {
    const { config, fingerprintSubject } = this.#parts;
    if (config.subject === 'off') return undefined;
    return config.subject === 'plain' ? subject : fingerprintSubject(subject);
  };

  /** Logs once per process. The metric `claviger_audit_events_lost_total` counts the events that are lost. */
  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#parts.log().error({ reason: reasonOf(error) }, 'audit events could not be stored; the server keeps trying');
  }
}
