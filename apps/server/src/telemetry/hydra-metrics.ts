// The request metrics under the names of today's ORY Hydra (its prometheusx/metrics.go), for dashboards written for Hydra.
import type { DeclaredMetric } from '@claviger/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';

/** The labels that Hydra puts on each of its request metrics. */
const buildLabels = ['app', 'version', 'hash', 'buildTime'] as const;

/** The default buckets of Prometheus' client for Go, which Hydra uses for durations and, by oversight, for sizes. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const histogram = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  name,
  type: 'histogram',
  help,
  labels: [...buildLabels, ...labels],
  bounds,
});

const counter = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  name,
  type: 'counter',
  help,
  labels: [...buildLabels, ...labels],
});

export const hydraMetrics = {
  responseTime: histogram('http_response_time_seconds', 'Time of requests, by endpoint.', 'endpoint'),
  requests: counter('http_requests_total', 'Requests.', 'code', 'method', 'endpoint'),
  duration: histogram('http_requests_duration_seconds', 'Time of requests.', 'code', 'method', 'endpoint'),
  responseSize: histogram('http_response_size_bytes', 'Size of response bodies.', 'code', 'method'),
  requestSize: histogram('http_requests_size_bytes', 'Approximate size of requests.', 'code', 'method'),
  statuses: counter('http_requests_statuses_total', 'Responses, by class of status.', 'method', 'status_bucket'),
} as const satisfies Readonly<Record<string, DeclaredMetric>>;

/** Approximate, as in Hydra: the request line, the headers and the announced length of the body. */
const sizeOf = ({ raw, headers }: FastifyRequest): number => {
  const line = (raw.method?.length ?? 0) + (raw.url?.length ?? 0) + 'HTTP/1.1'.length;
  const fields = raw.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  return line + fields + (Number(headers['content-length']) || 0);
};

const bodySizeOf = (reply: FastifyReply): number => Number(reply.getHeader('content-length')) || 0;

export class HydraMetrics {
  /** `app` is `hydra`, because dashboards select it. This server has no commit hash and no build time. */
  readonly #build: Readonly<Record<string, string>>;
  readonly #responseTime: Histogram;
  readonly #requests: Counter;
  readonly #duration: Histogram;
  readonly #responseSize: Histogram;
  readonly #requestSize: Histogram;
  readonly #statuses: Counter;

  constructor(registry: Registry, version: string) {
    this.#build = { app: 'hydra', version, hash: '', buildTime: '' };
    const registers = [registry];
    const histogram = ({ name, help, labels }: DeclaredMetric): Histogram =>
      new Histogram({ name, help, labelNames: [...labels], buckets: bounds, registers });
    const counter = ({ name, help, labels }: DeclaredMetric): Counter =>
      new Counter({ name, help, labelNames: [...labels], registers });
    this.#responseTime = histogram(hydraMetrics.responseTime);
    this.#requests = counter(hydraMetrics.requests);
    this.#duration = histogram(hydraMetrics.duration);
    this.#responseSize = histogram(hydraMetrics.responseSize);
    this.#requestSize = histogram(hydraMetrics.requestSize);
    this.#statuses = counter(hydraMetrics.statuses);
  }

  observe(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      this.#count(request, reply);
      done();
    });
  }

  #count(request: FastifyRequest, reply: FastifyReply): void {
    const build = this.#build;
    const status = reply.statusCode;
    const seconds = reply.elapsedTime / 1000;
    // Hydra writes a parameter of a route as {param}.
    const endpoint = (request.routeOptions.url ?? 'unknown').replaceAll(/:\w+/g, '{param}');
    const method = request.method.toLowerCase();
    const code = String(status);
    this.#responseTime.observe({ ...build, endpoint }, seconds);
    this.#requests.inc({ ...build, code, method, endpoint });
    this.#duration.observe({ ...build, code, method, endpoint }, seconds);
    this.#responseSize.observe({ ...build, code, method }, bodySizeOf(reply));
    this.#requestSize.observe({ ...build, code, method }, sizeOf(request));
    this.#statuses.inc({ ...build, method: request.method, status_bucket: `${Math.floor(status / 100)}xx` });
  }
}
