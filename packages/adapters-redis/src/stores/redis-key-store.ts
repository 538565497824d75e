// KeyStore: one hash per set. The text of a key has two lines: its position (the newest has the lowest), and a
// list in fixed order (JSON).
import { epochSeconds, type KeyStore, type StoredKey } from '@claviger/core';
import { type Connection, isText, textsOf } from '../connection.ts';
import type { Keys } from '../keys.ts';
import { script } from '../script.ts';

const ordering = String.raw`
local function place_of(text)
  return tonumber(text:match('^[^\n]*'))
end

local function newest_in(set)
  local newest = 0
  for _, text in ipairs(redis.call('HVALS', set)) do newest = math.min(newest, place_of(text)) end
  return newest
end

local function save(set, kid, place, data)
  redis.call('HSET', set, kid, string.format('%d', place) .. '\n' .. data)
end
`;

const add = script(
  'add',
  ordering,
  `
-- KEYS: sets, each once. ARGV: whether the sets must be empty (0 or 1), then for each key the number of its set in KEYS,
-- its kid and its data.
local coming, seen = {}, {}
for i, set in ipairs(KEYS) do
  if ARGV[1] == '1' and redis.call('EXISTS', set) == 1 then return 'exists' end
  coming[i], seen[i] = 0, {}
end
for at = 2, #ARGV, 3 do
  local set, kid = tonumber(ARGV[at]), ARGV[at + 1]
  if seen[set][kid] or redis.call('HEXISTS', KEYS[set], kid) == 1 then return 'exists' end
  seen[set][kid] = true
  coming[set] = coming[set] + 1
end
local place = {}
for i, set in ipairs(KEYS) do place[i] = newest_in(set) - coming[i] end
for at = 2, #ARGV, 3 do
  local set = tonumber(ARGV[at])
  save(KEYS[set], ARGV[at + 1], place[set], ARGV[at + 2])
  place[set] = place[set] + 1
end
return 'added'
`,
);

const put = script(
  'put',
  ordering,
  `
-- KEYS: set. ARGV: kid, data.
local there = redis.call('HGET', KEYS[1], ARGV[1])
save(KEYS[1], ARGV[1], there and place_of(there) or newest_in(KEYS[1]) - 1, ARGV[2])
return 'put'
`,
);

const replaceSealed = script(
  'replaceSealed',
  ordering,
  String.raw`
-- KEYS: set. ARGV: kid, the data that must be there, data.
local there = redis.call('HGET', KEYS[1], ARGV[1])
if not there or there:match('\n(.*)$') ~= ARGV[2] then return 'stale' end
save(KEYS[1], ARGV[1], place_of(there), ARGV[3])
return 'replaced'
`,
);

const removeSet = script(
  'removeSet',
  `
-- KEYS: set.
local keys = redis.call('HLEN', KEYS[1])
redis.call('DEL', KEYS[1])
return keys
`,
);

export class RedisKeyStore implements KeyStore {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async createSet(set: string, keys: readonly StoredKey[]): Promise<'created' | 'exists'> {
    const own = keys.map((key) => ({ ...key, set }));
    return (await this.#add([set], own, true)) === 'added' ? 'created' : 'exists';
  }

  async add(keys: readonly StoredKey[]): Promise<'added' | 'exists'> {
    const sets = [...new Set(keys.map(({ set }) => set))];
    return sets.length === 0 || (await this.#add(sets, keys, false)) === 'added' ? 'added' : 'exists';
  }

  async put(key: StoredKey): Promise<void> {
    await this.#connection.run(put, [this.#keys.keySet(key.set)], [key.kid, dataOf(key)]);
  }

  async list(set: string): Promise<readonly StoredKey[]> {
    const texts = textsOf(await this.#connection.command('hvals', this.#keys.keySet(set)));
    return texts
      .map((text) => ({ place: Number.parseInt(text, 10), key: keyOf(set, text) }))
      .sort((a, b) => a.place - b.place)
      .map(({ key }) => key);
  }

  async find(set: string, kid: string): Promise<StoredKey | undefined> {
    const text = await this.#connection.command('hget', this.#keys.keySet(set), kid);
    return isText(text) ? keyOf(set, text) : undefined;
  }

  async listAll(): Promise<readonly StoredKey[]> {
    const names = await this.#connection.keysBeginning(this.#keys.keySet(''));
    const sets = names.map((name) => name.slice(this.#keys.keySet('').length));
    return (await Promise.all(sets.map((set) => this.list(set)))).flat();
  }

  async replaceSealed(key: StoredKey, expected: string): Promise<'replaced' | 'stale'> {
    const stored = await this.find(key.set, key.kid);
    if (!stored) return 'stale';
    const args = [key.kid, dataOf({ ...stored, sealedJwk: expected }), dataOf({ ...stored, sealedJwk: key.sealedJwk })];
    const outcome = await this.#connection.run(replaceSealed, [this.#keys.keySet(key.set)], args);
    return outcome === 'replaced' ? 'replaced' : 'stale';
  }

  async removeSet(set: string): Promise<number> {
    return Number(await this.#connection.run(removeSet, [this.#keys.keySet(set)], []));
  }

  async remove(set: string, kid: string): Promise<boolean> {
    return (await this.#connection.command('hdel', this.#keys.keySet(set), kid)) !== 0;
  }

  async #add(sets: readonly string[], keys: readonly StoredKey[], mustBeEmpty: boolean): Promise<unknown> {
    const rows = keys.flatMap((key) => [sets.indexOf(key.set) + 1, key.kid, dataOf(key)]);
    const names = sets.map((set) => this.#keys.keySet(set));
    return this.#connection.run(add, names, [mustBeEmpty ? 1 : 0, ...rows]);
  }
}

const dataOf = ({ kid, createdAt, sealedJwk }: StoredKey): string => JSON.stringify([kid, createdAt, sealedJwk]);

const keyOf = (set: string, text: string): StoredKey => {
  const [kid, createdAt, sealedJwk] = JSON.parse(text.slice(text.indexOf('\n') + 1));
  return { set, kid, createdAt: epochSeconds(createdAt), sealedJwk };
};
