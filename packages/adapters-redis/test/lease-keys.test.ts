// A lease has two keys as long as nodes of the previous release can run: their key, and the key of this and later releases.
// apps/server/test/lease-upgrade.test.ts runs the previous release beside this one.
import { fixtures } from '@claviger/core/contract';
import t, { type Test } from 'tap';
import { openRedisStores } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { freshPrefixes } from './support/contract-runs.ts';
import { Inspector } from './support/inspect.ts';

const { hashOf, later, now } = fixtures;

const redis = await startRedis();
t.teardown(() => redis.stop());
const freshPrefix = freshPrefixes(redis.prefix);

const open = async (t: Test) => {
  const prefix = freshPrefix();
  const { stores, close } = await openRedisStores({ url: redis.url, prefix });
  const inspector = new Inspector(redis.url, prefix);
  t.teardown(() => {
    inspector.close();
    return close();
  });
  return { leases: stores.leases, inspector };
};

const name = hashOf('turn');
const [former, present] = [`claim:${name}`, `lease:${name}`];
const lease = { name, holder: 'node-1', until: later(60) };

t.test('a lease has both keys with the same value', async (t) => {
  const { leases, inspector } = await open(t);
  t.equal(await leases.acquire(lease, now), true);
  t.same(await inspector.keys(), [former, present]);
  for (const key of [former, present]) t.equal(await inspector.call('get', key), `${later(60)} node-1`);
  t.equal(await leases.acquire({ ...lease, holder: 'node-2' }, now), false);
  t.equal(await inspector.call('get', present), `${later(60)} node-1`);
});

t.test('either key alone excludes other holders, and the former key decides first', async (t) => {
  for (const held of [former, present]) {
    const { leases, inspector } = await open(t);
    await inspector.call('set', held, `${later(60)} another`);
    t.equal(await leases.acquire(lease, later(59)), false, held);
    t.equal(await inspector.call('get', held), `${later(60)} another`);
    t.equal(await inspector.call('exists', present), held === present ? 1 : 0, 'no new key without the former one');
    t.equal(await leases.acquire({ ...lease, until: later(120) }, later(60)), true, 'the lease has ended');
  }
});
