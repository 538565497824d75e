// The whole contract on a Redis Cluster of three masters, which refuses scripts that touch two slots.
import { runContracts } from '@claviger/core/contract';
import t from 'tap';
import { openRedisStores } from '../src/index.ts';
import { askRedis, startRedisCluster } from '../src/testing/index.ts';
import { freshPrefixes, within } from './support/contract-runs.ts';

const cluster = await startRedisCluster();
t.teardown(() => cluster.stop());
const freshPrefix = freshPrefixes(cluster.prefix);

t.test('a Redis Cluster passes the contract', (t) =>
  runContracts(
    within(t),
    async () => {
      const { stores, close } = await openRedisStores({ url: cluster.url, prefix: freshPrefix() });
      return { store: stores, close };
    },
    'automatic',
  ),
);

t.test('every master has its share of the keys', async (t) => {
  for (const { port } of cluster.nodes) {
    t.ok(Number(await askRedis(port, 'dbsize')) > 100, `node on port ${port}`);
  }
});
