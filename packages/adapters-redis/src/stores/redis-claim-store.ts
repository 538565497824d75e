// ClaimStore: one key per claim, which expires by itself: until when it lasts, and its holder, in one text.
import type { Claim, ClaimStore, EpochSeconds } from '@claviger/core';
import type { Connection } from '../connection.ts';
import { type Keys, timeToLive } from '../keys.ts';
import { script } from '../script.ts';

const claimName = script(
  'claim',
  `
-- KEYS: claim. ARGV: holder, until, now, milliseconds to stay.
local until_when, holder = (redis.call('GET', KEYS[1]) or ''):match('^(%S+) (.*)$')
if until_when and holder ~= ARGV[1] and tonumber(until_when) > tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[1], 'PX', ARGV[4])
return 1
`,
);

export class RedisClaimStore implements ClaimStore {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async claim({ name, holder, until }: Claim, now: EpochSeconds): Promise<boolean> {
    const args = [holder, until, now, timeToLive(until, now)];
    return (await this.#connection.run(claimName, [this.#keys.claim(name)], args)) === 1;
  }

  /** Claims expire by themselves. The server is asked all the same: a caller hears that it is away. */
  async removeExpired(): Promise<number> {
    await this.#connection.command('exists', this.#keys.claim(''));
    return 0;
  }
}
