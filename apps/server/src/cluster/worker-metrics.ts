// The metrics of all workers in one text, regardless of which worker serves the scrape. Only the primary can reach every
// worker: a worker asks it, and it asks them all, adds up their values, and replies.
import cluster, { type Worker } from 'node:cluster';
import type { DeclaredMetric, Metrics } from '@claviger/http';
import { Counter, Registry } from 'prom-client';
import { declaredMetrics } from '../telemetry/declared-metrics.ts';
import { reportMetrics, WorkerReports } from './worker-reports.ts';

const topic = 'claviger:metrics';

/** Milliseconds. The primary itself gives up after five seconds. */
const answerTimeout = 6000;

interface Question {
  readonly topic: typeof topic;
  readonly id: number;
}

interface Answer extends Question {
  /** null: a worker did not answer. */
  readonly text: string | null;
}

const isAbout = (message: unknown): message is Question =>
  typeof message === 'object' && message !== null && 'topic' in message && message.topic === topic;

/** What the primary itself counts. */
export interface PrimaryCounts {
  readonly droppedLogLines: () => number;
  readonly workerDeaths: () => number;
}

/** Runs in the primary. Its own metrics follow those of the workers. */
export const serveMetricsToWorkers = (counts: PrimaryCounts): void => {
  const reports = new WorkerReports();
  const own = new Registry();
  const show = ({ name, help }: DeclaredMetric, value: () => number) =>
    new Counter({
      name,
      help,
      registers: [own],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  show(declaredMetrics.primaryLogLinesDropped, counts.droppedLogLines);
  show(declaredMetrics.workerDeaths, counts.workerDeaths);
  cluster.on('message', async (worker: Worker, message: unknown) => {
    if (!isAbout(message)) return;
    const all = Promise.all([reports.collect().then((workers) => workers.metrics()), own.metrics()]);
    const text = await all.then(
      ([workers, primary]) => `${workers}${primary}`,
      () => null,
    );
    const answer: Answer = { topic, id: message.id, text };
    if (worker.isConnected()) worker.send(answer);
  });
};

/** Runs in a worker. Returns the metrics of all workers. Rejects if one does not answer: partial sums would mislead. */
export const metricsOfAllWorkers = ({ registry }: Metrics): (() => Promise<string>) => {
  reportMetrics(registry);
  const waiting = new Map<number, (text: string | null) => void>();
  let questions = 0;
  process.on('message', (message: unknown) => {
    if (isAbout(message)) waiting.get(message.id)?.((message as Answer).text);
  });
  return () =>
    new Promise((resolve, reject) => {
      questions += 1;
      const id = questions;
      const settle = (text: string | null): void => {
        clearTimeout(timer);
        waiting.delete(id);
        if (text === null) reject(new Error('A worker did not report its metrics.'));
        else resolve(text);
      };
      const timer = setTimeout(() => settle(null), answerTimeout);
      waiting.set(id, settle);
      const question: Question = { topic, id };
      process.send?.(question);
    });
};
