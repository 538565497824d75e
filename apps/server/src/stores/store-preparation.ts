// Opens the stores and checks that this version can use them. Retries until it can.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SchemaStatus } from '@claviger/adapters-sql';
import { type AuditStore, mapPorts, type PortName, type Stores, StoreUnavailable } from '@claviger/core';
import { reasonOf } from '@claviger/http';
import type { StoresConfig } from '../config/stores-config.ts';
import { ConfigurationError } from '../config.ts';
import type { SharedBuckets } from '../rate-limits/shared-rate-limiter.ts';
import {
  databasesOf,
  type OpenBackend,
  openBackend,
  type PostgresObserver,
  type Schema,
  type StoreDatabase,
} from './backend.ts';
import { LateStores } from './late-stores.ts';

export interface PreparationLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** For metrics and traces. */
export interface StoreObserver extends PostgresObserver {
  /** Called with the opened stores. Returns those that the provider uses. */
  readonly observe?: (stores: Stores) => Stores;
}

/** Milliseconds between two attempts. */
const pause = 1000;

export class StorePreparation {
  readonly #late = new LateStores();
  readonly #ending = new AbortController();
  readonly #databases: readonly DatabasePreparation[];
  /** Resolves when every store was tried once, successfully or not. */
  readonly attempted: Promise<void>;
  #attemptIsOver: () => void = () => undefined;
  #done = false;
  readonly #observe: (stores: Stores) => Stores;

  constructor(config: StoresConfig, observer: StoreObserver = {}) {
    this.#observe = observer.observe ?? ((stores) => stores);
    this.#databases = databasesOf(config.stores).map(
      (database) => new DatabasePreparation(database, config, this.#ending.signal, observer),
    );
    this.attempted = new Promise((resolve) => {
      this.#attemptIsOver = resolve;
    });
  }

  /** Every command rejects with StoreUnavailable until the preparation is done. */
  get stores(): Stores {
    return this.#late.stores;
  }

  /** The audit table, in the database of the clients. Undefined where that is not an SQL database, and until it is open. */
  get audit(): AuditStore | undefined {
    return this.#databases.find(({ ports }) => ports.includes('clients'))?.audit;
  }

  /** The rate limiter of the first open Redis. Undefined without one. */
  get rateLimiter(): SharedBuckets | undefined {
    return this.#databases.find(({ rateLimiter }) => rateLimiter !== undefined)?.rateLimiter;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Why each port cannot be used yet. Empty once all are ready. Contains no hosts and accounts. */
  problems(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#databases.flatMap(({ problem, ports }) => (problem === null ? [] : ports.map((port) => [port, problem]))),
    );
  }

  /** Resolves when every store can be used. Rejects if that is impossible, or if it is closed first. */
  async run(log: PreparationLog): Promise<void> {
    for (;;) {
      const waiting = this.#databases.filter(({ problem }) => problem !== null);
      await Promise.all(waiting.map((database) => database.prepare(log)));
      this.#ending.signal.throwIfAborted();
      if (this.#databases.every(({ problem }) => problem === null)) break;
      this.#attemptIsOver();
      await sleep(pause, undefined, { signal: this.#ending.signal });
    }
    this.#late.open(this.#observe(mapPorts<Stores>((port) => this.#storesOf(port)[port])));
    this.#done = true;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#databases.map((database) => database.close()));
  }

  #storesOf(port: PortName): Stores {
    const stores = this.#databases.find(({ ports }) => ports.includes(port))?.stores;
    if (!stores) throw new Error(`The store of ${port} is not open.`);
    return stores;
  }
}

/** One database, from its name to usable stores. */
class DatabasePreparation {
  readonly ports: readonly string[];
  problem: string | null = 'The server is starting.';
  readonly #database: StoreDatabase;
  readonly #config: StoresConfig;
  readonly #ending: AbortSignal;
  readonly #observer: PostgresObserver;
  #opened: OpenBackend | undefined;
  #hasComplained = false;

  constructor(database: StoreDatabase, config: StoresConfig, ending: AbortSignal, observer: PostgresObserver) {
    this.ports = database.ports;
    this.#database = database;
    this.#config = config;
    this.#ending = ending;
    this.#observer = observer;
  }

  get stores(): Stores | undefined {
    return this.#opened?.stores;
  }

  get rateLimiter(): SharedBuckets | undefined {
    return this.#opened?.rateLimiter;
  }

  get audit(): AuditStore | undefined {
    return this.#opened?.audit;
  }

  /** Rejects if no further attempt can succeed. Otherwise `problem` has the result. */
  async prepare(log: PreparationLog): Promise<void> {
    const { ports } = this;
    try {
      await this.#open();
      this.#now(await this.#schemaProblem(log), (problem) => log.error({ ports, problem }, 'store cannot be used'));
    } catch (error) {
      if (this.#ending.aborted) return;
      if (error instanceof ConfigurationError || (this.#database.dsn.kind === 'sqlite' && !this.#opened)) throw error;
      this.#now(explain(error), () => log.error({ ports, ...told(error) }, 'store cannot be used'));
    }
    if (this.problem === null && this.#hasComplained) log.info({ ports }, 'store can be used');
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }

  /** Logs a problem once, not at every attempt. */
  #now(problem: string | null, complain: (problem: string) => void): void {
    const isNew = problem !== this.problem;
    this.problem = problem;
    if (problem === null || !isNew) return;
    this.#hasComplained = true;
    complain(problem);
  }

  async #open(): Promise<void> {
    if (this.#opened) return;
    const opened = await openBackend(this.#database, this.#config, this.#observer);
    if (this.#ending.aborted) await opened.close();
    else this.#opened = opened;
  }

  async #schemaProblem(log: PreparationLog): Promise<string | null> {
    const schema = this.#opened?.schema;
    if (!schema) return null;
    if (this.#config.autoMigrate ?? this.#database.dsn.kind === 'sqlite') await this.#migrate(schema, log);
    return schemaProblem(await schema.schemaStatus());
  }

  async #migrate(schema: Schema, log: PreparationLog): Promise<void> {
    const { applied } = await schema.migrate();
    if (applied.length > 0) log.info({ migrated: applied }, 'database schema brought up to date');
  }
}

/** null if the schema is usable. */
export const schemaProblem = ({ usable, pending, problem = '' }: SchemaStatus): string | null => {
  if (usable) return null;
  return pending.length === 0 ? problem : `${problem} Run the command "migrate up", or set CLAVIGER_AUTO_MIGRATE=true.`;
};

/** Errors of adapters whose message says what to do. Compared by name, because an adapter is loaded only if needed. */
const explaining: ReadonlySet<string> = new Set(['SchemaMismatch', 'EvictionPolicyError', 'UnfitPooler']);

/** A stack does not help with a store that does not answer. */
const told = (error: unknown): object =>
  error instanceof StoreUnavailable ? { reason: reasonOf(error) } : { err: error };

/** For callers of the health endpoint. The driver's own message may name hosts and accounts. */
const explain = (error: unknown): string => {
  if (error instanceof Error && explaining.has(error.name)) return error.message;
  if (error instanceof StoreUnavailable) return 'The store does not answer.';
  return 'The store cannot be used. See the log for the reason.';
};
