// Logs when spans cannot be exported, and when they can be exported again. The SDK reports neither.
import { reasonOf } from '@claviger/http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

type Done = Parameters<SpanExporter['export']>[1];
type Result = Parameters<Done>[0];

export interface ExportLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** `ExportResultCode.SUCCESS` of @opentelemetry/core. */
const success = 0;

export class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  #log: ExportLog | null = null;
  #isFailing = false;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  /** The log exists only after the servers, which are built with the traces. */
  reportTo(log: ExportLog): void {
    this.#log = log;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#exporter.export(spans, (result) => {
      this.#report(result);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #report({ code, error }: Result): void {
    const log = this.#log;
    const isFailing = code !== success;
    if (log === null || isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    if (isFailing) log.warn({ reason: reasonOf(error) }, 'spans could not be exported and are lost');
    else log.info({}, 'spans are exported again');
  }
}
