// Redis for tests: the server that CLAVIGER_TEST_REDIS_URL names, or a temporary one; and a Cluster of three masters.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeClient } from '../client.ts';
import { Connection, textsOf } from '../connection.ts';
import { parseRedisDsn } from '../dsn.ts';
import { askRedis, type RedisProcess, startRedisProcess } from './redis-process.ts';

export { askRedis, type RedisProcess, startRedisProcess } from './redis-process.ts';

export interface TestRedis {
  /** A DSN for openRedisStores. */
  readonly url: string;
  /** The prefix of all keys that the tests write. Different each time. */
  readonly prefix: string;
  /** Removes the keys that the tests wrote, and stops the server if it was started for them. */
  stop(): Promise<void>;
}

/** Rejects, with the command that installs one, when there is no server and none can be started. */
export const startRedis = async (): Promise<TestRedis> => {
  const prefix = `claviger-test-${randomUUID()}:`;
  const given = process.env.CLAVIGER_TEST_REDIS_URL;
  if (given) return { url: given, prefix, stop: () => removeKeys(given, prefix) };
  const server = await startRedisProcess();
  return { url: `redis://127.0.0.1:${server.port}`, prefix, stop: server.stop };
};

/** First and last. */
const slots = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** CLUSTER ADDSLOTSRANGE needs Redis 7.0. */
const slotsFrom = ([first, last]: (typeof slots)[number]): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${first + index}`);

export interface TestCluster extends TestRedis {
  readonly nodes: readonly RedisProcess[];
}

/** A Cluster of three masters without replicas. */
export const startRedisCluster = async (): Promise<TestCluster> => {
  const members = await Promise.all(
    slots.map(async (range) => ({
      node: await startRedisProcess(['cluster-enabled yes'], 'cluster member'),
      range,
    })),
  );
  const nodes = members.map(({ node }) => node);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const { node, range } of members) await askRedis(node.port, 'cluster', 'addslots', ...slotsFrom(range));
    const [first, ...others] = members;
    for (const { node } of others) {
      if (first) await askRedis(first.node.port, 'cluster', 'meet', '127.0.0.1', `${node.port}`);
    }
    await Promise.all(nodes.map(({ port }) => isWhole(port)));
  } catch (error) {
    await stop();
    throw error;
  }
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return { url: `redis+cluster://${hosts}`, prefix: `claviger-test-${randomUUID()}:`, nodes, stop };
};

const isWhole = async (port: number): Promise<void> => {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const info = String(await askRedis(port, 'cluster', 'info'));
    if (/cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info)) return;
    if (Date.now() > deadline) throw new Error(`The node on port ${port} has not joined the cluster.`);
    await sleep(50);
  }
};

const removeKeys = async (url: string, prefix: string): Promise<void> => {
  const waits = { commandTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  const client = makeClient(parseRedisDsn(url), { ...waits, tls: {} });
  const connection = new Connection(client);
  await client.connect();
  try {
    for (const reply of await connection.onEachMaster('keys', `${prefix}*`)) {
      for (const key of textsOf(reply)) await connection.command('del', key);
    }
  } finally {
    await connection.close();
  }
};
