// The metrics of all workers in one text, regardless of which worker serves the scrape. Only the primary can reach every
// worker: a worker asks it, and it asks them all (with prom-client), adds up their values, and replies.
import cluster, { type Worker } from 'node:cluster';
import type { Metrics } from '@claviger/http';
import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { declaredMetrics } from '../telemetry/declared-metrics.ts';

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

/** Runs in the primary. Its own metrics follow those of the workers. */
export const serveMetricsToWorkers = (droppedLogLines: () => number): void => {
  const registry = new AggregatorRegistry();
  const own = new Registry();
  const { name, help } = declaredMetrics.primaryLogLinesDropped;
  new Counter({
    name,
    help,
    registers: [own],
    collect() {
      this.reset();
      this.inc(droppedLogLines());
    },
  });
  cluster.on('message', async (worker: Worker, message: unknown) => {
    if (!isAbout(message)) return;
    const all = Promise.all([registry.clusterMetrics(), own.metrics()]);
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
  AggregatorRegistry.setRegistries([registry]);
  // Makes prom-client answer requests from the primary.
  new AggregatorRegistry();
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
