// Rate limits in Redis: the same decisions as in one process, for all nodes together.
import { LocalRateLimiter } from '@claviger/core';
import t from 'tap';
import { openRedisStores } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';

const rate = { requests: 5, seconds: 10 };

t.test('two nodes share each budget, decide like one process, and leave no key behind', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const nodes = await Promise.all([1, 2].map(() => openRedisStores({ url: redis.url, prefix: redis.prefix })));
  t.teardown(() => Promise.all(nodes.map((node) => node.close())));
  const at = (turn: number) => nodes[turn % nodes.length]?.rateLimiter;
  let now = 1_700_000_000_000;
  const local = new LocalRateLimiter({ token: rate }, () => now);
  for (const [turn, pause] of [0, 0, 0, 0, 0, 0, 500, 1499, 1, 0, 4000, 0, 0, 60_000, 0].entries()) {
    now += pause;
    t.equal(await at(turn)?.take('token', 'a client {x}', rate, now), local.take('token', 'a client {x}'), `${turn}`);
  }
  const waits = await Promise.all(Array.from({ length: 20 }, (_, turn) => at(turn)?.take('token', 'b', rate, now)));
  t.equal(waits.filter((wait) => wait === 0).length, 5, 'concurrent requests cannot exceed the budget');
  t.equal(await at(0)?.take('introspection', 'b', rate, now), 0, 'each endpoint has its own');
});
