// What is logged about failed requests. Deliberate refusals are counted. An unavailable store is logged when the outage
// begins. Only unexpected errors are logged each time, with their stack.
import { OAuthError, StoreUnavailable } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { httpLogLines } from './log-lines.ts';

/** The log that receives failures. */
export interface FailureOutput {
  error(details: object, message: string): void;
  info(details: object, message: string): void;
}

/** Milliseconds after which a continuing outage is logged again. */
const reminder = 60_000;

export class FailureLog {
  readonly #output: () => FailureOutput;
  readonly #outages = new Map<string, { since: number; repeated: number }>();
  #refusals = 0;

  /** `output` is called for each line, so the log can be created later than this object. */
  constructor(output: () => FailureOutput) {
    this.#output = output;
  }

  /** Requests that were refused to protect the server, since the start. */
  get refusals(): number {
    return this.#refusals;
  }

  report(failure: unknown, requestId?: string): void {
    if (isRefusal(failure)) this.#refusals += 1;
    else if (failure instanceof StoreUnavailable) this.#reportOutage(failure, requestId);
    else this.#output().error({ err: failure, requestId }, httpLogLines.failed.message);
  }

  /** Every store answers. */
  recovered(): void {
    if (this.#outages.size === 0) return;
    this.#outages.clear();
    this.#output().info({}, httpLogLines.recovered.message);
  }

  #reportOutage(failure: StoreUnavailable, requestId: string | undefined): void {
    const now = performance.now();
    const outage = this.#outages.get(failure.message);
    if (outage && now - outage.since < reminder) {
      outage.repeated += 1;
      return;
    }
    const { repeated = 0 } = outage ?? {};
    this.#outages.set(failure.message, { since: now, repeated: 0 });
    this.#output().error(
      { reason: reasonOf(failure), requestId, ...(repeated > 0 ? { repeated } : {}) },
      httpLogLines.outage.message,
    );
  }
}

/** Thrown to protect the server although nothing is broken, for example when a queue is full. */
const isRefusal = (failure: unknown): boolean =>
  failure instanceof OAuthError && failure.status === 503 && failure.cause === undefined;

/** The messages of an error and its causes, joined as sentences. */
export const reasonOf = (error: unknown): string => {
  const messages: string[] = [];
  for (let next: unknown = error; next instanceof Error && messages.length < 5; next = next.cause) {
    if (next.message !== '') messages.push(next.message.replace(/[.:]+$/, ''));
  }
  return messages.length === 0 ? String(error) : messages.join(': ');
};

const key = Symbol('claviger.failureLog');

export const setUpFailureLog = (app: FastifyInstance, failures: FailureLog): void => {
  app.decorate(key, failures);
};

/** An application that only uses the plugins has no FailureLog. It then logs each failure itself. */
export const failureLogOf = (app: FastifyInstance): FailureLog | undefined =>
  app.hasDecorator(key) ? app.getDecorator<FailureLog>(key) : undefined;
