// ClientStore in sixteen shards, chosen by the id. A shard is a hash of clients and a sorted set of their ids in one slot, so
// that both change in one step. A list merges the sixteen sets. The text of a client is its version, a line feed, and JSON.
import { type Client, type ClientStore, completeClient, type Page, toStoredClient } from '@claviger/core';
import { type Connection, isText, textsOf } from '../connection.ts';
import { clientShards, type Keys } from '../keys.ts';
import { script } from '../script.ts';

const create = script(
  'create',
  `
-- KEYS: clients, ids. ARGV: id, client.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 'exists' end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return 'created'
`,
);

/** ARGV: id, expected version, incarnation as JSON text of the member. The previous release wrote no such member. */
const staleUnlessUnchanged = String.raw`
local client = redis.call('HGET', KEYS[1], ARGV[1])
if not client or client:match('^[^\n]*') ~= ARGV[2] then return 'stale' end
if client:find('"incarnation":', 1, true) and not client:find(ARGV[3], 1, true) then return 'stale' end
`;

const replace = script(
  'replace',
  `
-- KEYS: clients. ARGV: those of the check, client.
${staleUnlessUnchanged}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return 'replaced'
`,
);

const removeUnchanged = script(
  'removeUnchanged',
  `
-- KEYS: clients, ids. ARGV: those of the check.
${staleUnlessUnchanged}
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])
return 'removed'
`,
);

const remove = script(
  'remove',
  `
-- KEYS: clients, ids. ARGV: id.
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
`,
);

export class RedisClientStore implements ClientStore {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async create(client: Client): Promise<'created' | 'exists'> {
    const reply = await this.#connection.run(create, this.#keysFor(client.id), [client.id, textOf(client)]);
    return reply === 'created' ? 'created' : 'exists';
  }

  async find(id: string): Promise<Client | undefined> {
    const [clients] = this.#keysFor(id);
    const text = await this.#connection.command('hget', clients, id);
    return isText(text) ? completeClient(JSON.parse(text.slice(text.indexOf('\n') + 1))) : undefined;
  }

  async list({ limit, offset }: Page): Promise<readonly Client[]> {
    if (limit <= 0) return [];
    const first = (shard: string): Promise<unknown> =>
      this.#connection.command('zrange', this.#keys.clientIds(shard), 0, offset + limit - 1);
    const ids = (await Promise.all(clientShards.map(first))).flatMap(textsOf);
    const page = inCodePointOrder(ids).slice(offset, offset + limit);
    const clients = await Promise.all(page.map((id) => this.find(id)));
    return clients.filter((client) => client !== undefined);
  }

  async replace(client: Client, expectedVersion: number): Promise<'replaced' | 'stale'> {
    const [clients] = this.#keysFor(client.id);
    const args = [client.id, expectedVersion, memberOf(client), textOf(client)];
    const reply = await this.#connection.run(replace, [clients], args);
    return reply === 'replaced' ? 'replaced' : 'stale';
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#connection.run(remove, this.#keysFor(id), [id])) !== 0;
  }

  async removeUnchanged(client: Pick<Client, 'id' | 'version' | 'incarnation'>): Promise<'removed' | 'stale'> {
    const args = [client.id, client.version, memberOf(client)];
    const reply = await this.#connection.run(removeUnchanged, this.#keysFor(client.id), args);
    return reply === 'removed' ? 'removed' : 'stale';
  }

  #keysFor(id: string): readonly [string, string] {
    const shard = this.#keys.shardOfClient(id);
    return [this.#keys.clients(shard), this.#keys.clientIds(shard)];
  }
}

const memberOf = ({ incarnation }: Pick<Client, 'incarnation'>): string =>
  `"incarnation":${JSON.stringify(incarnation)}`;

const textOf = (client: Client): string => `${client.version}\n${JSON.stringify(toStoredClient(client))}`;

/** The byte order of UTF-8, in which Redis sorts each shard, is the order of code points. */
const inCodePointOrder = (ids: readonly string[]): readonly string[] =>
  ids
    .map((id) => ({ id, bytes: Buffer.from(id) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ id }) => id);
