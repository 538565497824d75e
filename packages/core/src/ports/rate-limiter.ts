// Limits how often a caller may use an endpoint. Optional: without one, nothing is limited.

/** The endpoints whose requests are counted. */
export type LimitedEndpoint = 'token' | 'introspection' | 'registration' | 'authorization';

export interface RateLimiter {
  /**
   * Counts one request of the caller `key`. Returns 0 if it is allowed, else the seconds after which the next one is; a
   * refused request is not counted. Must not reject: a limiter that cannot decide allows the request.
   */
  take(endpoint: LimitedEndpoint, key: string): number | Promise<number>;
}
