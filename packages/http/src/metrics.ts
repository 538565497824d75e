// What Prometheus may know: the process, and how long requests take, by route pattern. Never by path: paths carry ids.
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

type Label = 'listener' | 'method' | 'route' | 'status';

/** Shared by the listeners of one server, so that the admin listener can show them all. */
export class Metrics {
  /** For a server of several processes, which sums them up. */
  readonly registry = new Registry();
  readonly #duration: Histogram<Label>;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its reply.',
      labelNames: ['listener', 'method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [this.registry],
    });
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  observe(app: FastifyInstance, listener: string): void {
    // Labels are checked and hashed once for each combination, not for each request.
    const known = new Map<string, Histogram.Internal<Label>>();
    const durationsOf = (method: string, route: string, status: number): Histogram.Internal<Label> => {
      const name = `${status} ${method} ${route}`;
      const durations = known.get(name) ?? this.#duration.labels({ listener, method, route, status });
      known.set(name, durations);
      return durations;
    };
    app.addHook('onResponse', (request, reply, done) => {
      const durations = durationsOf(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode);
      durations.observe(reply.elapsedTime / 1000);
      done();
    });
  }
}
