// LeaseStore: each lease is one string, its end and its holder. Redis removes the key after the lease has ended.
//
// The previous release calls leases claims, and knows only those keys. While its nodes can run next to this release, a
// lease has both keys. Their slots in a Cluster differ, so no script can write both. Every node takes the former key first,
// and the new key only if it got the former one, so that two nodes never hold half of a lease each.
// docs/migrations.md says when the former key is removed.
import type { EpochSeconds, Lease, LeaseStore } from '@claviger/core';
import type { Argument, Connection } from '../connection.ts';
import { type Keys, timeToLive } from '../keys.ts';
import { script } from '../script.ts';

const acquireLease = script(
  'acquire lease',
  `
-- KEYS: lease. ARGV: holder, end, now, milliseconds until Redis removes the key.
local ends, holder = (redis.call('GET', KEYS[1]) or ''):match('^(%S+) (.*)$')
if ends and holder ~= ARGV[1] and tonumber(ends) > tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[1], 'PX', ARGV[4])
return 1
`,
);

export class RedisLeaseStore implements LeaseStore {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  /**
   * A node that fails between the two keys leaves the former one until the lease ends. So does a node that is refused the new
   * key: if it released the former one, a node of the previous release could use a one-time value again.
   */
  async acquire({ name, holder, until }: Lease, now: EpochSeconds): Promise<boolean> {
    const args = [holder, until, now, timeToLive(until, now)];
    return (await this.#take(this.#keys.claim(name), args)) && (await this.#take(this.#keys.lease(name), args));
  }

  /** Redis removes the keys. Sends a command anyway, so that the caller learns whether the server answers. */
  async removeExpired(): Promise<number> {
    await this.#connection.command('exists', this.#keys.lease(''));
    return 0;
  }

  async #take(key: string, args: readonly Argument[]): Promise<boolean> {
    return (await this.#connection.run(acquireLease, [key], args)) === 1;
  }
}
