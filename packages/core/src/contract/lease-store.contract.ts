// The rules for every LeaseStore.
import assert from 'node:assert/strict';
import type { Lease, LeaseStore } from '../ports/lease-store.ts';
import type { Case } from './case.ts';
import { hashOf, later, now } from './fixtures.ts';
import { oddTexts } from './stress.ts';

const leaseOf = (change: Partial<Lease> = {}): Lease => ({
  name: hashOf('turn'),
  holder: 'node-1',
  until: later(60),
  ...change,
});

export const leaseStoreContract: readonly Case<LeaseStore>[] = [
  {
    name: 'a lease excludes other holders until the second before its end and is free from then on',
    async run(store) {
      assert.equal(await store.acquire(leaseOf(), now), true);
      assert.equal(await store.acquire(leaseOf({ holder: 'node-2', until: later(120) }), later(59)), false);
      assert.equal(await store.acquire(leaseOf({ holder: 'node-2', until: later(120) }), later(60)), true);
      assert.equal(await store.acquire(leaseOf(), later(61)), false);
    },
  },
  {
    name: 'the holder can renew its lease',
    async run(store) {
      assert.equal(await store.acquire(leaseOf(), now), true);
      assert.equal(await store.acquire(leaseOf({ until: later(120) }), later(10)), true);
      assert.equal(await store.acquire(leaseOf({ holder: 'node-2', until: later(300) }), later(119)), false);
    },
  },
  {
    name: 'the holder can release its lease, and another holder can acquire it immediately',
    async run(store) {
      assert.equal(await store.acquire(leaseOf(), now), true);
      assert.equal(await store.acquire(leaseOf({ until: later(10) }), later(10)), true);
      assert.equal(await store.acquire(leaseOf({ holder: 'node-2', until: later(120) }), later(10)), true);
      assert.equal(await store.acquire(leaseOf(), later(11)), false);
    },
  },
  {
    name: 'a refused attempt does not change the lease',
    async run(store) {
      assert.equal(await store.acquire(leaseOf(), now), true);
      assert.equal(await store.acquire(leaseOf({ holder: 'node-2', until: later(9999) }), now), false);
      assert.equal(await store.acquire(leaseOf({ holder: 'node-3' }), later(60)), true);
    },
  },
  {
    name: 'names are independent of each other, and holders are compared exactly',
    async run(store) {
      for (const [index, holder] of oddTexts.entries()) {
        const name = hashOf(`name-${index}`);
        assert.equal(await store.acquire(leaseOf({ name, holder }), now), true);
        assert.equal(await store.acquire(leaseOf({ name, holder: `${holder} ` }), now), false);
        assert.equal(await store.acquire(leaseOf({ name, holder }), now), true);
      }
    },
  },
  {
    name: 'of 20 holders that concurrently try to acquire a lease, one gets it',
    async run(store) {
      const attempts = Array.from({ length: 20 }, (_, index) =>
        store.acquire(leaseOf({ holder: `node-${index}` }), now),
      );
      assert.equal((await Promise.all(attempts)).filter((granted) => granted).length, 1);
    },
  },
  {
    name: 'of 20 holders that concurrently try to acquire a lease that has ended, one gets it',
    async run(store) {
      await store.acquire(leaseOf({ holder: 'old' }), now);
      const attempts = Array.from({ length: 20 }, (_, index) =>
        store.acquire(leaseOf({ holder: `node-${index}`, until: later(120) }), later(60)),
      );
      assert.equal((await Promise.all(attempts)).filter((granted) => granted).length, 1);
    },
  },
  {
    name: 'cleaning removes leases that have ended, up to the limit, and keeps the others',
    async run(store) {
      for (const index of [1, 2, 3]) await store.acquire(leaseOf({ name: hashOf(`ended-${index}`) }), now);
      await store.acquire(leaseOf({ name: hashOf('running'), until: later(61) }), now);
      assert.ok((await store.removeExpired(later(60), 2)) <= 2);
      assert.ok((await store.removeExpired(later(60), 10)) <= 3);
      assert.equal(await store.removeExpired(later(60), 10), 0);
      assert.equal(await store.acquire(leaseOf({ name: hashOf('running'), holder: 'node-2' }), later(60)), false);
    },
  },
];
