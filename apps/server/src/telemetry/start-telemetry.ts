// The metrics and traces of one serving process.
import type { Config } from '../config.ts';
import type { StoreObserver } from '../stores/store-preparation.ts';
import { ServerMetrics } from './server-metrics.ts';
import type { Tracing } from './tracing.ts';
import { traceExporterOf } from './tracing-switch.ts';

export interface Telemetry {
  readonly metrics: ServerMetrics;
  /** null: traces are off. */
  readonly tracing: Tracing | null;
  /** The options for opening the stores. */
  readonly storeObserver: StoreObserver;
}

/** Throws ConfigurationError if a variable of OpenTelemetry requests something that this server does not support. */
export const startTelemetry = async (
  config: Config,
  version: string,
  droppedLogLines: () => number,
): Promise<Telemetry> => {
  const metrics = new ServerMetrics({ ...config.metrics, version, droppedLogLines });
  const tracing = await startTracing(config, version);
  return { metrics, tracing, storeObserver: observerOf(metrics.stores, tracing) };
};

/** The SDK is loaded only when it is needed: it takes memory, and time to start. */
const startTracing = async ({ stores }: Config, version: string): Promise<Tracing | null> => {
  const exporter = traceExporterOf(process.env);
  if (exporter === null) return null;
  const { Tracing } = await import('./tracing.ts');
  return new Tracing({ exporter, version, stores });
};

/** The span of a command includes its measurement, so that a measurement does not include a span. */
const observerOf = (measured: StoreObserver, tracing: Tracing | null): StoreObserver => {
  if (tracing === null) return measured;
  return { ...measured, observe: (stores) => tracing.observeStores(measured.observe?.(stores) ?? stores) };
};
