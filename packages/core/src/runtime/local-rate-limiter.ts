// Rate limits of one process. Each caller has a bucket that holds `requests` and refills evenly within `seconds` (the
// generic cell rate algorithm, ITU-T I.371): one number for a caller, and no timers.
import type { LimitedEndpoint, RateLimiter } from '../ports/rate-limiter.ts';

export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

/** Endpoints without a rate are not limited. */
export type Rates = { readonly [Endpoint in LimitedEndpoint]?: Rate };

/** The maximum number of remembered callers of one endpoint. The least recent caller is forgotten first. */
const mostCallers = 100_000;

/** Moments have fractions of a millisecond, and sums of them are not exact. */
const roundingMs = 0.5;

export class LocalRateLimiter implements RateLimiter {
  readonly #rates: Rates;
  readonly #now: () => number;
  /** By endpoint and caller, the moment at which the caller's bucket is full again, in milliseconds. */
  readonly #fullAt = new Map<LimitedEndpoint, Map<string, number>>();

  /** `now`: milliseconds since any fixed moment. */
  constructor(rates: Rates, now: () => number = () => performance.now()) {
    this.#rates = rates;
    this.#now = now;
  }

  take(endpoint: LimitedEndpoint, key: string): number {
    const rate = this.#rates[endpoint];
    if (rate === undefined) return 0;
    const callers = this.#callersOf(endpoint);
    const now = this.#now();
    const period = rate.seconds * 1000;
    const next = Math.max(callers.get(key) ?? 0, now) + period / rate.requests;
    const excess = next - period - now;
    if (excess > roundingMs) return Math.ceil(excess / 1000);
    // The last one to call is the last one to be forgotten.
    callers.delete(key);
    const [oldest] = callers.keys();
    if (callers.size >= mostCallers && oldest !== undefined) callers.delete(oldest);
    callers.set(key, next);
    return 0;
  }

  #callersOf(endpoint: LimitedEndpoint): Map<string, number> {
    const known = this.#fullAt.get(endpoint);
    if (known) return known;
    const callers = new Map<string, number>();
    this.#fullAt.set(endpoint, callers);
    return callers;
  }
}
