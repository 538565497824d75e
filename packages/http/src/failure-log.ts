// What of a failed request reaches the log. Refusals on purpose are counted, a store that is away is logged when it
// begins, and only what nobody expected is logged each time, with its stack.
import { OAuthError, StoreUnavailable } from '@claviger/core';
import type { FastifyInstance } from 'fastify';

/** What the failure log writes to. */
export interface FailureOutput {
  error(details: object, message: string): void;
  info(details: object, message: string): void;
}

/** Milliseconds after which an outage that goes on is logged again. */
const reminder = 60_000;

export class FailureLog {
  readonly #output: () => FailureOutput;
  readonly #outages = new Map<string, { since: number; repeated: number }>();
  #refusals = 0;

  /** `output` is asked for each line, so that it may be made later than this. */
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
    else this.#output().error({ err: failure, requestId }, 'request failed');
  }

  /** Every store answers. */
  recovered(): void {
    if (this.#outages.size === 0) return;
    this.#outages.clear();
    this.#output().info({}, 'the stores answer again');
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
      'a store does not answer',
    );
  }
}

/** Thrown to protect the server, with nothing broken behind it: a full queue, too many pending logins. */
const isRefusal = (failure: unknown): boolean =>
  failure instanceof OAuthError && failure.status === 503 && failure.cause === undefined;

/** The messages of an error and of what caused it, as one sentence after the other. */
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

/** An application that only uses the plugins has none: each failure then goes to its own log. */
export const failureLogOf = (app: FastifyInstance): FailureLog | undefined =>
  app.hasDecorator(key) ? app.getDecorator<FailureLog>(key) : undefined;
