// The whole contract on one Redis server, over one connection and over two.
import type { Stores } from '@claviger/core';
import { runContracts } from '@claviger/core/contract';
import t from 'tap';
import { openRedisStores, type RedisStores } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { byTurns, freshPrefixes, within } from './support/contract-runs.ts';

const redis = await startRedis();
t.teardown(() => redis.stop());
const freshPrefix = freshPrefixes(redis.prefix);

t.test('one Redis server passes the contract', (t) =>
  runContracts(
    within(t),
    async () => {
      const { stores, close } = await openRedisStores({ url: redis.url, prefix: freshPrefix() });
      return { store: stores, close };
    },
    'automatic',
  ),
);

t.test('two nodes on one Redis server pass the contract in any order of calls', (t) =>
  runContracts(
    within(t),
    async () => {
      const prefix = freshPrefix();
      const nodes: readonly RedisStores[] = await Promise.all(
        [1, 2].map(() => openRedisStores({ url: redis.url, prefix })),
      );
      const store: Stores = byTurns(nodes.map(({ stores }) => stores));
      return { store, close: async () => void (await Promise.all(nodes.map(({ close }) => close()))) };
    },
    'automatic',
  ),
);
