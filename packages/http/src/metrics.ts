// Metrics for Prometheus: the process, and how long requests take, by route pattern. Never by path: paths contain ids.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Durations, RequestDurations } from './request-durations.ts';

export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Shared by the listeners of one server, so that the admin listener can show them all. */
export class Metrics {
  /** For a server of several processes, which sums them up. */
  readonly registry = new Registry();
  readonly #durations = new RequestDurations();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.registry.registerMetric(this.#durations.asMetric());
  }

  /** `read` returns the count since the start. It is called when the metrics are read. */
  addCounter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** As addCounter, for what can also become less. */
  addGauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  /** Must be called before any route is added: each observes its own requests, and need not be looked up for them. */
  observe(app: FastifyInstance, listener: string): void {
    const observer = (route: string) => {
      const byMethod = new Map<string, Map<number, Durations>>();
      return ({ method }: FastifyRequest, { statusCode: status, elapsedTime }: FastifyReply): void => {
        const byStatus = byMethod.get(method) ?? new Map<number, Durations>();
        const durations = byStatus.get(status) ?? this.#durations.of({ listener, method, route, status });
        byStatus.set(status, durations);
        byMethod.set(method, byStatus);
        durations.add(elapsedTime / 1000);
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
