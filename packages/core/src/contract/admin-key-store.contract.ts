// The rules for every AdminKeyStore.
import assert from 'node:assert/strict';
import type { AdminKeyStore } from '../ports/admin-key-store.ts';
import type { Case } from './case.ts';
import { fullAdminKey, hashOf, later } from './fixtures.ts';
import { atOnce, oddTexts, scribbleOn, tally } from './stress.ts';

const all = { limit: 1000, offset: 0 };

const idsIn = async (store: AdminKeyStore, page = all): Promise<string[]> =>
  (await store.list(page)).map(({ id }) => id);

export const adminKeyStoreContract: readonly Case<AdminKeyStore>[] = [
  {
    name: 'a key comes back with every field, found and listed',
    async run(store) {
      assert.equal(await store.create(fullAdminKey()), 'created');
      assert.deepEqual(await store.find('key'), fullAdminKey());
      assert.deepEqual(await store.list(all), [fullAdminKey()]);
    },
  },
  {
    name: 'a key that never expires comes back as one',
    async run(store) {
      await store.create(fullAdminKey({ expiresAt: null }));
      assert.deepEqual(await store.find('key'), fullAdminKey({ expiresAt: null }));
    },
  },
  {
    name: 'a key that does not exist is an answer, not an error',
    async run(store) {
      assert.equal(await store.find('key'), undefined);
      assert.deepEqual(await store.list(all), []);
      assert.equal(await store.remove('key'), false);
    },
  },
  {
    name: 'ids and names are kept and compared exactly',
    async run(store) {
      for (const text of oddTexts) assert.equal(await store.create(fullAdminKey({ id: text, name: text })), 'created');
      for (const text of oddTexts) {
        assert.deepEqual(await store.find(text), fullAdminKey({ id: text, name: text }));
        assert.equal(await store.remove(text), true);
        assert.equal(await store.find(text), undefined);
      }
    },
  },
  {
    name: 'creating an id that exists changes nothing',
    async run(store) {
      await store.create(fullAdminKey());
      assert.equal(await store.create(fullAdminKey({ name: 'other', hash: hashOf('other') })), 'exists');
      assert.deepEqual(await store.list(all), [fullAdminKey()]);
    },
  },
  {
    name: 'of 20 concurrent creations of one id, one succeeds',
    async run(store) {
      const outcomes = await atOnce(20, (index) => store.create(fullAdminKey({ name: `key-${index}` })));
      assert.deepEqual(tally(outcomes), { created: 1, exists: 19 });
      assert.equal((await store.find('key'))?.name, `key-${outcomes.indexOf('created')}`);
    },
  },
  {
    name: 'of 20 concurrent removals of one key, one reports that it existed',
    async run(store) {
      await store.create(fullAdminKey());
      const outcomes = await atOnce(20, () => store.remove('key'));
      assert.equal(outcomes.filter((existed) => existed).length, 1);
    },
  },
  {
    name: 'a removed key is neither found nor listed, and the others stay',
    async run(store) {
      for (const id of ['a', 'b', 'c']) await store.create(fullAdminKey({ id }));
      assert.equal(await store.remove('b'), true);
      assert.equal(await store.find('b'), undefined);
      assert.deepEqual(await idsIn(store), ['a', 'c']);
    },
  },
  {
    name: 'the oldest key comes first, and keys of one second are sorted by id; pages follow that order',
    async run(store) {
      const keys = [
        fullAdminKey({ id: 'b', createdAt: later(5) }),
        fullAdminKey({ id: '\u{1f510}', createdAt: later(5) }),
        fullAdminKey({ id: '\uff5e', createdAt: later(5) }),
        fullAdminKey({ id: 'Z', createdAt: later(5) }),
        fullAdminKey({ id: 'a', createdAt: later(10) }),
        fullAdminKey({ id: 'y', createdAt: later(-5) }),
      ];
      for (const key of keys) await store.create(key);
      const order = ['y', 'Z', 'b', '\uff5e', '\u{1f510}', 'a'];
      assert.deepEqual(await idsIn(store), order);
      assert.deepEqual(await idsIn(store, { limit: 2, offset: 1 }), order.slice(1, 3));
      assert.deepEqual(await idsIn(store, { limit: 10, offset: 6 }), []);
      assert.deepEqual(await idsIn(store, { limit: 0, offset: 0 }), []);
    },
  },
  {
    name: 'changes to an object that was passed or returned do not reach the store',
    async run(store) {
      const given = fullAdminKey();
      await store.create(given);
      scribbleOn(given);
      scribbleOn(await store.find('key'));
      scribbleOn(await store.list(all));
      assert.deepEqual(await store.find('key'), fullAdminKey());
    },
  },
];
