// What every ClaimStore does.
import assert from 'node:assert/strict';
import type { Claim, ClaimStore } from '../ports/claim-store.ts';
import type { Case } from './case.ts';
import { hashOf, later, now } from './fixtures.ts';
import { oddTexts } from './stress.ts';

const claimOf = (change: Partial<Claim> = {}): Claim => ({
  name: hashOf('turn'),
  holder: 'node-1',
  until: later(60),
  ...change,
});

export const claimStoreContract: readonly Case<ClaimStore>[] = [
  {
    name: 'a name is one holder’s until the second before its end, and free from then on',
    async run(store) {
      assert.equal(await store.claim(claimOf(), now), true);
      assert.equal(await store.claim(claimOf({ holder: 'node-2', until: later(120) }), later(59)), false);
      assert.equal(await store.claim(claimOf({ holder: 'node-2', until: later(120) }), later(60)), true);
      assert.equal(await store.claim(claimOf(), later(61)), false);
    },
  },
  {
    name: 'the holder may claim again, and has it longer',
    async run(store) {
      assert.equal(await store.claim(claimOf(), now), true);
      assert.equal(await store.claim(claimOf({ until: later(120) }), later(10)), true);
      assert.equal(await store.claim(claimOf({ holder: 'node-2', until: later(300) }), later(119)), false);
    },
  },
  {
    name: 'the holder may end its claim, and another may have the name at once',
    async run(store) {
      assert.equal(await store.claim(claimOf(), now), true);
      assert.equal(await store.claim(claimOf({ until: later(10) }), later(10)), true);
      assert.equal(await store.claim(claimOf({ holder: 'node-2', until: later(120) }), later(10)), true);
      assert.equal(await store.claim(claimOf(), later(11)), false);
    },
  },
  {
    name: 'a claim that is refused changes nothing',
    async run(store) {
      assert.equal(await store.claim(claimOf(), now), true);
      assert.equal(await store.claim(claimOf({ holder: 'node-2', until: later(9999) }), now), false);
      assert.equal(await store.claim(claimOf({ holder: 'node-3' }), later(60)), true);
    },
  },
  {
    name: 'names are independent of each other, and holders are compared exactly',
    async run(store) {
      for (const [index, holder] of oddTexts.entries()) {
        const name = hashOf(`name-${index}`);
        assert.equal(await store.claim(claimOf({ name, holder }), now), true);
        assert.equal(await store.claim(claimOf({ name, holder: `${holder} ` }), now), false);
        assert.equal(await store.claim(claimOf({ name, holder }), now), true);
      }
    },
  },
  {
    name: 'of 20 that claim one name at once, one has it',
    async run(store) {
      const claims = Array.from({ length: 20 }, (_, index) => store.claim(claimOf({ holder: `node-${index}` }), now));
      assert.equal((await Promise.all(claims)).filter((granted) => granted).length, 1);
    },
  },
  {
    name: 'of 20 that claim at once a name whose claim is over, one has it',
    async run(store) {
      await store.claim(claimOf({ holder: 'old' }), now);
      const claim = (index: number) => store.claim(claimOf({ holder: `node-${index}`, until: later(120) }), later(60));
      const claims = Array.from({ length: 20 }, (_, index) => claim(index));
      assert.equal((await Promise.all(claims)).filter((granted) => granted).length, 1);
    },
  },
  {
    name: 'claims that are over are removed, at most as many as asked for; the others stay',
    async run(store) {
      for (const index of [1, 2, 3]) await store.claim(claimOf({ name: hashOf(`over-${index}`) }), now);
      await store.claim(claimOf({ name: hashOf('stays'), until: later(61) }), now);
      assert.ok((await store.removeExpired(later(60), 2)) <= 2);
      assert.ok((await store.removeExpired(later(60), 10)) <= 3);
      assert.equal(await store.removeExpired(later(60), 10), 0);
      assert.equal(await store.claim(claimOf({ name: hashOf('stays'), holder: 'node-2' }), later(60)), false);
    },
  },
];
