// Metrics for Prometheus: the process, and how long requests take, by route pattern. Never by path: paths contain ids.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import {
  type DeclaredMetric,
  LabelledCounter,
  LabelledHistogram,
  type Labels,
  type Observations,
} from './labelled-metrics.ts';

export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

export const requestDuration: DeclaredMetric = {
  name: 'http_request_duration_seconds',
  type: 'histogram',
  help: 'Time from the arrival of a request to the end of its reply.',
  labels: ['listener', 'method', 'route', 'status'],
  bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
};

/** How the values of several processes are combined. */
export type Aggregation = 'sum' | 'max' | 'min' | 'first';

export interface Reading {
  readonly labels?: Labels;
  readonly value: number;
}

/** Shared by the listeners of one server, so that the admin listener can show them all. */
export class Metrics {
  /** For a server of several processes, which sums them up. */
  readonly registry = new Registry();
  readonly #durations: LabelledHistogram | null;

  /** `requests`: whether the durations of requests are measured. Default true. */
  constructor({ requests = true } = {}) {
    collectDefaultMetrics({ register: this.registry });
    this.#durations = requests ? this.histogram(requestDuration) : null;
  }

  histogram(declared: DeclaredMetric): LabelledHistogram {
    const histogram = new LabelledHistogram(declared);
    this.registry.registerMetric(histogram.asMetric());
    return histogram;
  }

  counter(declared: DeclaredMetric): LabelledCounter {
    const counter = new LabelledCounter(declared);
    this.registry.registerMetric(counter.asMetric());
    return counter;
  }

  /** `read` returns the count since the start. It is called when the metrics are read. */
  readCounter({ name, help, labels }: DeclaredMetric, read: () => number): void {
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** Like readCounter, for values that can also fall. A reading that fails is left out of the scrape. */
  readGauge(
    { name, help, labels }: DeclaredMetric,
    read: () => readonly Reading[] | Promise<readonly Reading[]>,
    aggregator: Aggregation = 'sum',
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      aggregator,
      registers: [this.registry],
      async collect() {
        this.reset();
        const readings = await Promise.resolve()
          .then(read)
          .catch(() => []);
        for (const { labels: given = {}, value } of readings) this.set(given, value);
      },
    });
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  /** Must be called before any route is added. Each route observes its own requests, so no look-up is needed. */
  observe(app: FastifyInstance, listener: string): void {
    const durations = this.#durations;
    if (durations === null) return;
    const observer = (route: string) => {
      const byMethod = new Map<string, Map<number, Observations>>();
      return ({ method }: FastifyRequest, { statusCode: status, elapsedTime }: FastifyReply): void => {
        const byStatus = byMethod.get(method) ?? new Map<number, Observations>();
        const found = byStatus.get(status) ?? durations.of({ listener, method, route, status });
        byStatus.set(status, found);
        byMethod.set(method, byStatus);
        found.add(elapsedTime / 1000);
      };
    };
    app.addHook('onRoute', (route) => {
      const observe = observer(route.url);
      route.onResponse = [route.onResponse ?? []].flat().concat((request, reply, done) => {
        observe(request, reply);
        done();
      });
    });
    const observeUnknown = observer('unknown');
    app.addHook('onResponse', (request, reply, done) => {
      if (request.is404) observeUnknown(request, reply);
      done();
    });
  }
}
