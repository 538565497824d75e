// Traces: a span for each request, use case and store command. Loaded only when traces are on (tracing-switch.ts). Spans have
// routes instead of URLs, and never parameters, headers or messages of errors: those can hold tokens and challenges.
import { hostname } from 'node:os';
import { OAuthError, type ObserveUseCase, type PortName, type Stores } from '@claviger/core';
import { type Context, context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ConsoleSpanExporter, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StoresConfig } from '../config/stores-config.ts';
import { type ExportLog, ReportingExporter } from './reporting-exporter.ts';
import type { TraceExporter } from './tracing-switch.ts';
import { wrapCommands } from './wrap-commands.ts';

export interface TracingOptions {
  readonly exporter: TraceExporter;
  readonly version: string;
  /** Which database each port is on. */
  readonly stores: StoresConfig['stores'];
}

/** Names of the OpenTelemetry registry (`db.system.name`). */
const databases = { sqlite: 'sqlite', postgres: 'postgresql', redis: 'redis' } as const;

export class Tracing {
  readonly #provider: NodeTracerProvider;
  readonly #exporter: ReportingExporter;
  readonly #stores: StoresConfig['stores'];

  constructor({ exporter, version, stores }: TracingOptions) {
    const resource = defaultResource()
      .merge(
        resourceFromAttributes({
          'service.name': 'claviger',
          'service.version': version,
          // Each worker is a separate instance.
          'service.instance.id': `${hostname()}/${process.pid}`,
        }),
      )
      .merge(detectResources({ detectors: [envDetector] }));
    this.#exporter = new ReportingExporter(
      exporter === 'console' ? new ConsoleSpanExporter() : new OTLPTraceExporter(),
    );
    this.#provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(this.#exporter)] });
    // Makes the current span available to nested calls (AsyncLocalStorage), and reads `traceparent` (W3C Trace Context §3.2).
    this.#provider.register();
    this.#stores = stores;
  }

  get #tracer() {
    return this.#provider.getTracer('claviger');
  }

  readonly observeUseCase: ObserveUseCase = (name, run) =>
    this.#within(
      name,
      SpanKind.INTERNAL,
      {},
      run as unknown as (...parameters: readonly unknown[]) => unknown,
    ) as never;

  observeStores(stores: Stores): Stores {
    return wrapCommands(stores, (port, name, command) => {
      const attributes = {
        'db.system.name': databases[this.#stores[port].kind],
        'db.operation.name': name,
        'claviger.store': port satisfies PortName,
      };
      const run = this.#within(`${port}.${name}`, SpanKind.CLIENT, attributes, command);
      return run as typeof command;
    });
  }

  /** Must be called before the application is ready. */
  observe(app: FastifyInstance, listener: string): void {
    const contexts = new WeakMap<FastifyRequest, Context>();
    app.addHook('onRequest', (request, _reply, done) => {
      const route = request.routeOptions.url;
      const attributes = {
        'http.request.method': request.method,
        ...(route === undefined ? {} : { 'http.route': route }),
        'url.scheme': request.protocol,
        'claviger.listener': listener,
        'claviger.request_id': request.id,
      };
      const caller = propagation.extract(context.active(), request.headers);
      const name = route === undefined ? request.method : `${request.method} ${route}`;
      const span = this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller);
      contexts.set(request, trace.setSpan(caller, span));
      done();
    });
    // Set again after the body has been read, because its events are emitted outside the context of the request.
    app.addHook('preHandler', (request, _reply, done) => {
      context.with(contexts.get(request) ?? context.active(), done);
    });
    app.addHook('onResponse', (request, { statusCode }, done) => {
      const span = trace.getSpan(contexts.get(request) ?? context.active());
      span?.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 500) fail(span, String(statusCode));
      span?.end();
      done();
    });
  }

  /** Logs when exporting begins to fail, and when it works again. */
  reportTo(log: ExportLog): void {
    this.#exporter.reportTo(log);
  }

  /** Sends the remaining spans. */
  async stop(): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined);
  }

  /** Only within a request. Otherwise background jobs, which run every second, would fill the trace store. */
  #within(
    name: string,
    kind: SpanKind,
    attributes: Readonly<Record<string, string>>,
    run: (...parameters: readonly unknown[]) => unknown,
  ): (...parameters: readonly unknown[]) => unknown {
    return (...parameters) => {
      if (trace.getActiveSpan() === undefined) return run(...parameters);
      return this.#tracer.startActiveSpan(name, { kind, attributes }, (span) => {
        const end = (): void => span.end();
        const endFailed = (error: unknown): void => {
          markError(span, error);
          span.end();
        };
        try {
          const result = run(...parameters);
          if (result instanceof Promise) result.then(end, endFailed);
          else end();
          return result;
        } catch (error) {
          endFailed(error);
          throw error;
        }
      });
    };
  }
}

/** A refusal is the caller's error. Only failures of the server make a span an error. */
const markError = (span: Span, error: unknown): void => {
  if (error instanceof OAuthError && error.status < 500) span.setAttribute('error.type', error.code);
  else fail(span, error instanceof Error ? error.name : typeof error);
};

const fail = (span: Span | undefined, type: string): void => {
  span?.setAttribute('error.type', type);
  span?.setStatus({ code: SpanStatusCode.ERROR });
};
