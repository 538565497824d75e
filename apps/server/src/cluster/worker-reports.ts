// The metrics that the primary collects from its workers. The counts of a worker that died stay in the sums, so
// counters do not fall. Prometheus takes a fall for a restart from zero, so `rate()` would count the remaining value
// again.
import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

const topic = 'claviger:metrics-report';

/** Milliseconds to wait for a worker. */
const patience = 5000;

interface Question {
  readonly topic: typeof topic;
  readonly round: number;
}

/** As `getMetricsAsJSON` of prom-client returns it. */
type Report = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

interface Answer extends Question {
  readonly report: Report;
}

const isAbout = (message: unknown): message is Question =>
  typeof message === 'object' && message !== null && 'topic' in message && message.topic === topic;

/** Runs in a worker. */
export const reportMetrics = (registry: Registry): void => {
  process.on('message', async (message: unknown) => {
    if (!isAbout(message)) return;
    const answer: Answer = { topic, round: message.round, report: await registry.getMetricsAsJSON() };
    process.send?.(answer);
  });
};

/** Runs in the primary. */
export class WorkerReports {
  /** The latest report of each running worker, by the id of the worker. */
  readonly #latest = new Map<number, Report>();
  /** The sums of the counters and histograms of workers that have ended. */
  #ended: Report = [];
  #round = 0;

  constructor() {
    cluster.on('message', (worker: Worker, message: unknown) => {
      if (isAbout(message) && !worker.isDead()) this.#latest.set(worker.id, (message as Answer).report);
    });
    cluster.on('exit', (worker: Worker) => {
      const last = this.#latest.get(worker.id);
      this.#latest.delete(worker.id);
      if (last) this.#ended = sumsOf([this.#ended, last]);
    });
  }

  /** The metrics of all workers as one. Rejects if a worker that runs does not answer: partial sums would mislead. */
  async collect(): Promise<Registry> {
    this.#round += 1;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected());
    await Promise.all(workers.map((worker) => worker && askWorker(worker, this.#round)));
    return AggregatorRegistry.aggregate([this.#ended, ...this.#latest.values()]);
  }
}

const sumsOf = (reports: readonly Report[]): Report => {
  const sums: unknown = AggregatorRegistry.aggregate([...reports])
    .getMetricsAsArray()
    .filter(({ type, aggregator }) => `${type}` !== 'gauge' && aggregator === 'sum');
  return sums as Report;
};

/** Resolves when the worker has answered, or has ended. */
const askWorker = (worker: Worker, round: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      worker.off('message', listen);
      worker.off('exit', ended);
      if (error) reject(error);
      else resolve();
    };
    const listen = (message: unknown): void => {
      if (isAbout(message) && message.round === round) settle();
    };
    const ended = (): void => settle();
    const timer = setTimeout(() => settle(new Error('A worker did not report its metrics.')), patience);
    worker.on('message', listen);
    worker.on('exit', ended);
    const question: Question = { topic, round };
    // An error here means that the worker is ending: `exit` follows.
    worker.send(question, () => undefined);
  });
