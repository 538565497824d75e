// Whether traces are on, by OpenTelemetry's standard environment variables. The SDK reads the other variables (sampling, limits,
// batches, the exporter's endpoint and headers) when it is loaded.
import { ConfigurationError } from '../config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type TraceExporter = 'otlp' | 'console';

const protocols: ReadonlySet<string> = new Set(['http/json', 'http/protobuf']);

/** null: traces are off. Throws ConfigurationError for what this server does not support. */
export const traceExporterOf = (environment: Environment): TraceExporter | null => {
  const read = (name: string): string => environment[name]?.trim() ?? '';
  if (read('OTEL_SDK_DISABLED').toLowerCase() === 'true') return null;
  const hasEndpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT') !== '' || read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== '';
  const exporter = read('OTEL_TRACES_EXPORTER') || (hasEndpoint ? 'otlp' : 'none');
  if (exporter === 'none') return null;
  if (exporter === 'console') return 'console';
  if (exporter !== 'otlp') {
    throw new ConfigurationError([`OTEL_TRACES_EXPORTER must be otlp, console or none; it is "${exporter}".`]);
  }
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || read('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol !== '' && !protocols.has(protocol)) {
    throw new ConfigurationError([
      `OTEL_EXPORTER_OTLP_PROTOCOL must be http/json or http/protobuf, because this server exports over HTTP; it is "${protocol}".`,
    ]);
  }
  return 'otlp';
};
