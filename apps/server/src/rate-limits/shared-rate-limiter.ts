// Rate limits in Redis, where there is one, so that all nodes count together. When Redis does not answer in time, this
// process counts alone: a limit that is too loose for a while is better than a login that fails.
import { type LimitedEndpoint, LocalRateLimiter, type Rate, type RateLimiter, type Rates } from '@claviger/core';
import { reasonOf } from '@claviger/http';

/** What RedisRateLimiter does. */
export interface SharedBuckets {
  take(endpoint: LimitedEndpoint, key: string, rate: Rate, now: number): Promise<number>;
}

interface Options {
  readonly rates: Rates;
  /** undefined: there is no Redis, or it is not open yet. */
  readonly shared: () => SharedBuckets | undefined;
  readonly log: () => { warn(details: object, message: string): void };
}

/** Milliseconds that a request waits for Redis. */
const answerTimeout = 100;
/** Milliseconds after a failure during which Redis is not asked. */
const pause = 1000;
/** Milliseconds between two warnings. */
const reminder = 60_000;

export class SharedRateLimiter implements RateLimiter {
  readonly #options: Options;
  readonly #local: LocalRateLimiter;
  #refused = 0;
  #pausedUntil = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.#local = new LocalRateLimiter(options.rates);
  }

  /** Requests over a limit, since the start. */
  get refused(): number {
    return this.#refused;
  }

  async take(endpoint: LimitedEndpoint, key: string): Promise<number> {
    const wait = await this.#decide(endpoint, key);
    if (wait > 0) this.#refused += 1;
    return wait;
  }

  async #decide(endpoint: LimitedEndpoint, key: string): Promise<number> {
    const rate = this.#options.rates[endpoint];
    if (rate === undefined) return 0;
    const shared = this.#options.shared();
    if (shared === undefined || performance.now() < this.#pausedUntil) return this.#local.take(endpoint, key);
    try {
      return await inTime(shared.take(endpoint, key, rate, Date.now()));
    } catch (error) {
      this.#pausedUntil = performance.now() + pause;
      this.#warn(error);
      return this.#local.take(endpoint, key);
    }
  }

  #warn(error: unknown): void {
    const now = performance.now();
    if (now - this.#warnedAt < reminder) return;
    this.#warnedAt = now;
    const { log } = this.#options;
    log().warn({ reason: reasonOf(error) }, 'rate limits are not shared: Redis does not answer');
  }
}

const inTime = async (answer: Promise<number>): Promise<number> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${answerTimeout} ms`)), answerTimeout);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
