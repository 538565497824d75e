// Rate limits that all nodes share. One script decides and counts, by the algorithm of core's LocalRateLimiter.
import type { LimitedEndpoint, Rate } from '@claviger/core';
import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';
import { script } from './script.ts';

const takeFromBucket = script(
  'take from bucket',
  `
-- KEYS: bucket. ARGV: now, milliseconds of the period, milliseconds that a request takes. Returns milliseconds to wait.
local now, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + tonumber(ARGV[3])
local excess = full - period - now
-- Less than half a millisecond is an error of rounding.
if excess > 0.5 then return math.ceil(excess) end
redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', math.ceil(full - now))
return 0
`,
);

export class RedisRateLimiter {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  /**
   * Like RateLimiter.take, at the time `now` in milliseconds since 1970. Rejects with StoreUnavailable. If clocks
   * differ, the period is longer or shorter by the difference.
   */
  async take(endpoint: LimitedEndpoint, key: string, { requests, seconds }: Rate, now: number): Promise<number> {
    const period = seconds * 1000;
    const args = [now, period, period / requests];
    const wait = await this.#connection.run(takeFromBucket, [this.#keys.rate(endpoint, key)], args);
    return Math.ceil(Number(wait) / 1000);
  }
}
