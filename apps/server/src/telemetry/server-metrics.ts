// The metrics of one serving process, and what feeds them.
import type { PoolUsage } from '@claviger/adapters-sql';
import type { EventSink, Provider } from '@claviger/core';
import { type FailureLog, type LabelledCounter, Metrics } from '@claviger/http';
import type { FastifyInstance } from 'fastify';
import type { Removed } from '../cleaner.ts';
import type { JobReport } from '../periodic-job.ts';
import type { StoreObserver } from '../stores/store-preparation.ts';
import { declaredMetrics as declared } from './declared-metrics.ts';
import { EventMetrics } from './event-metrics.ts';
import { HydraMetrics } from './hydra-metrics.ts';
import { measureCommands } from './store-metrics.ts';

export interface ServerMetricsOptions {
  /** false: only metrics that cost no time per request. */
  readonly enabled: boolean;
  /** Also count requests under Hydra's names. */
  readonly hydraNames: boolean;
  readonly version: string;
  /** The number of log lines that could not be written since the start. */
  readonly droppedLogLines: () => number;
}

/** The values that are counted inside the provider and its applications. */
export interface ServerCounts {
  readonly provider: Provider;
  readonly failures: Pick<FailureLog, 'refusals'>;
  readonly documentsRefused: () => number;
  readonly adminRefusals: () => number;
  readonly rateLimited: () => number;
  readonly auditEventsLost: () => number;
}

export class ServerMetrics {
  readonly metrics: Metrics;
  /** For the stores, before they are opened. */
  readonly stores: StoreObserver;
  /** For the provider. null: events are not counted. */
  readonly events: EventSink | null;
  readonly #hydra: HydraMetrics | null;
  readonly #jobRuns: LabelledCounter;
  readonly #rowsRemoved: LabelledCounter;
  readonly #lastSuccess = new Map<string, number>();
  readonly #pools: (() => PoolUsage)[] = [];

  constructor({ enabled, hydraNames, version, droppedLogLines }: ServerMetricsOptions) {
    const metrics = new Metrics({ requests: enabled });
    this.metrics = metrics;
    this.stores = { ...(enabled ? this.#measureStores() : {}), onPool: (usage) => this.#showPool(usage) };
    this.events = enabled ? new EventMetrics(metrics) : null;
    this.#hydra = hydraNames ? new HydraMetrics(metrics.registry, version) : null;
    metrics.readGauge(declared.buildInfo, () => [{ labels: { version, node: process.version }, value: 1 }], 'first');
    metrics.readGauge(declared.workers, () => [{ value: 1 }]);
    metrics.readCounter(declared.logLinesDropped, droppedLogLines);
    this.#jobRuns = metrics.counter(declared.jobRuns);
    this.#rowsRemoved = metrics.counter(declared.rowsRemoved);
    const lastSuccess = () => [...this.#lastSuccess].map(([task, value]) => ({ labels: { task }, value }));
    metrics.readGauge(declared.jobLastSuccess, lastSuccess, 'max');
  }

  readonly reportJob: JobReport = (name, outcome) => {
    const task = name.replaceAll(' ', '_');
    this.#jobRuns.add(task, outcome);
    if (outcome === 'ok') this.#lastSuccess.set(task, Math.floor(Date.now() / 1000));
  };

  readonly countRemoved = (removed: Removed): void => {
    for (const [store, rows] of Object.entries(removed)) if (rows > 0) this.#rowsRemoved.add(store, '', rows);
  };

  /** Counts the requests of an application under Hydra's names, if enabled. */
  observe(app: FastifyInstance): void {
    this.#hydra?.observe(app);
  }

  watch({ provider, failures, documentsRefused, adminRefusals, rateLimited, auditEventsLost }: ServerCounts): void {
    const { countPendingFlows, signingKeysInUse } = provider.admin;
    const { metrics } = this;
    metrics.readCounter(declared.adminRefusals, adminRefusals);
    metrics.readCounter(declared.auditEventsLost, auditEventsLost);
    metrics.readCounter(declared.overloadRefusals, () => failures.refusals);
    metrics.readCounter(declared.rateLimited, rateLimited);
    metrics.readCounter(declared.documentsRefused, documentsRefused);
    metrics.readGauge(declared.pendingFlows, () => [{ value: countPendingFlows().here }]);
    metrics.readCounter(declared.flowsRefused, () => countPendingFlows().refused);
    const keys = async () =>
      (await signingKeysInUse()).map(({ alg, signsFrom }) => ({ labels: { alg }, value: signsFrom }));
    metrics.readGauge(declared.signingKeyActiveSince, keys, 'max');
  }

  /** Stores at different addresses have separate pools. Their values are added up. */
  #showPool(usage: () => PoolUsage): void {
    this.#pools.push(usage);
    if (this.#pools.length > 1) return;
    const { metrics } = this;
    const total = (figure: keyof PoolUsage) => () => this.#pools.reduce((sum, pool) => sum + pool()[figure], 0);
    const state = (name: 'used' | 'idle') => ({ labels: { state: name }, value: total(name)() });
    metrics.readGauge(declared.poolConnections, () => [state('used'), state('idle')]);
    metrics.readGauge(declared.poolLimit, () => [{ value: total('limit')() }]);
    metrics.readGauge(declared.poolWaiting, () => [{ value: total('waiting')() }]);
    metrics.readCounter(declared.poolWaits, total('waits'));
    metrics.readCounter(declared.poolWaitTime, total('waitSeconds'));
  }

  #measureStores(): StoreObserver {
    const durations = this.metrics.histogram(declared.storeCommandDuration);
    const batches = this.metrics.histogram(declared.batchSize).of({});
    return { observe: (stores) => measureCommands(stores, durations), onBatch: (size) => batches.add(size) };
  }
}
