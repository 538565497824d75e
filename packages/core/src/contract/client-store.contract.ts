// The rules for every ClientStore.
import assert from 'node:assert/strict';
import type { ClientStore } from '../ports/client-store.ts';
import type { Case } from './case.ts';
import { fullClient, fullMetadata, later } from './fixtures.ts';
import { atOnce, oddTexts, scribbleOn, tally } from './stress.ts';

const everything = { limit: 1000, offset: 0 };

const idsOf = async (store: ClientStore, limit: number, offset: number): Promise<string[]> =>
  (await store.list({ limit, offset })).map(({ id }) => id);

export const clientStoreContract: readonly Case<ClientStore>[] = [
  {
    name: 'a client comes back with every field, found and listed',
    async run(store) {
      assert.equal(await store.create(fullClient()), 'created');
      assert.deepEqual(await store.find('app'), fullClient());
      assert.deepEqual(await store.list(everything), [fullClient()]);
    },
  },
  {
    name: 'empty lists, empty texts and null come back unchanged, not as absent',
    async run(store) {
      const full = fullMetadata();
      const empty = { ...full, redirectUris: [], grantTypes: [], contacts: [], name: null, scope: '', jwks: null };
      await store.create(fullClient({ metadata: empty, storedSecret: null }));
      assert.deepEqual(await store.find('app'), fullClient({ metadata: empty, storedSecret: null }));
    },
  },
  {
    name: 'a missing client is reported as missing, without an error',
    async run(store) {
      assert.equal(await store.find('app'), undefined);
      assert.deepEqual(await store.list(everything), []);
      assert.equal(await store.replace(fullClient(), 3), 'stale');
      assert.equal(await store.find('app'), undefined);
      assert.equal(await store.remove('app'), false);
    },
  },
  {
    name: 'creating an id that exists changes nothing',
    async run(store) {
      await store.create(fullClient());
      assert.equal(await store.create(fullClient({ storedSecret: 'another', version: 9 })), 'exists');
      assert.deepEqual(await store.find('app'), fullClient());
    },
  },
  {
    name: 'of 20 concurrent creations of one id, one succeeds',
    async run(store) {
      const outcomes = await atOnce(20, (index) => store.create(fullClient({ storedSecret: `secret ${index}` })));
      assert.deepEqual(tally(outcomes), { created: 1, exists: 19 });
      assert.equal((await store.find('app'))?.storedSecret, `secret ${outcomes.indexOf('created')}`);
    },
  },
  {
    name: 'ids of any length and with any characters are compared exactly',
    async run(store) {
      for (const id of oddTexts) {
        assert.equal(await store.create(fullClient({ id, storedSecret: `of ${id}` })), 'created', `create ${id}`);
      }
      for (const id of oddTexts) {
        assert.deepEqual(await store.find(id), fullClient({ id, storedSecret: `of ${id}` }));
        const changed = fullClient({ id, storedSecret: 'changed', version: 4 });
        assert.equal(await store.replace(changed, 3), 'replaced', `replace ${id}`);
        assert.equal(await store.remove(id), true, `remove ${id}`);
        assert.equal(await store.find(id), undefined);
      }
    },
  },
  {
    name: 'texts come back exactly',
    async run(store) {
      const metadata = { ...fullMetadata(), contacts: [...oddTexts], owner: oddTexts.join('') };
      await store.create(fullClient({ metadata }));
      assert.deepEqual((await store.find('app'))?.metadata, metadata);
    },
  },
  {
    name: 'a caller that modifies an object it passed or received does not change the store',
    async run(store) {
      const given = fullClient();
      await store.create(given);
      scribbleOn(given);
      scribbleOn(await store.find('app'));
      scribbleOn(await store.list(everything));
      assert.deepEqual(await store.find('app'), fullClient());
      const replacement = fullClient({ version: 4 });
      await store.replace(replacement, 3);
      scribbleOn(replacement);
      assert.deepEqual(await store.find('app'), fullClient({ version: 4 }));
    },
  },
  {
    name: 'clients are listed by id, in code point order',
    async run(store) {
      const sorted = ['', ' ', '0', '10', '9', 'B', 'a', 'a-', 'aa', 'b', '\u00e9', '\uff5e', '\u{1f600}'];
      for (const id of [...sorted].reverse()) await store.create(fullClient({ id }));
      assert.deepEqual(await idsOf(store, 1000, 0), sorted);
    },
  },
  {
    name: 'pages keep that order; limit 0 and an offset past the end return an empty page',
    async run(store) {
      for (const id of ['c', 'a', 'e', 'b', 'd']) await store.create(fullClient({ id }));
      assert.deepEqual(await idsOf(store, 2, 0), ['a', 'b']);
      assert.deepEqual(await idsOf(store, 2, 2), ['c', 'd']);
      assert.deepEqual(await idsOf(store, 2, 4), ['e']);
      assert.deepEqual(await idsOf(store, 0, 0), []);
      assert.deepEqual(await idsOf(store, 2, 5), []);
      assert.deepEqual(await idsOf(store, 2, 1000), []);
    },
  },
  {
    name: 'a replacement changes every field, and only that client',
    async run(store) {
      await store.create(fullClient());
      await store.create(fullClient({ id: 'other' }));
      const metadata = { ...fullMetadata(), name: 'Renamed', jwks: null, redirectUris: [] };
      const change = { metadata, storedSecret: 'new', createdAt: later(1), updatedAt: later(2), version: 4 };
      assert.equal(await store.replace(fullClient(change), 3), 'replaced');
      assert.deepEqual(await store.find('app'), fullClient(change));
      assert.deepEqual(await store.find('other'), fullClient({ id: 'other' }));
    },
  },
  {
    name: 'a client that was deleted and created again cannot be replaced by its predecessor, even if the version matches',
    async run(store) {
      await store.create(fullClient());
      await store.remove('app');
      await store.create(fullClient({ incarnation: 'Zy8_-0wV', storedSecret: 'new' }));
      assert.equal(await store.replace(fullClient({ storedSecret: 'old', version: 4 }), 3), 'stale');
      assert.deepEqual(await store.find('app'), fullClient({ incarnation: 'Zy8_-0wV', storedSecret: 'new' }));
    },
  },
  {
    name: 'replacing a version other than the stored one is stale and changes nothing',
    async run(store) {
      await store.create(fullClient());
      assert.equal(await store.replace(fullClient({ storedSecret: 'old', version: 3 }), 2), 'stale');
      assert.equal(await store.replace(fullClient({ storedSecret: 'new', version: 5 }), 4), 'stale');
      assert.deepEqual(await store.find('app'), fullClient());
    },
  },
  {
    name: 'of 20 concurrent replacements of one version, one succeeds',
    async run(store) {
      await store.create(fullClient());
      const outcomes = await atOnce(20, (index) =>
        store.replace(fullClient({ storedSecret: `secret ${index}`, version: 4 }), 3),
      );
      assert.deepEqual(tally(outcomes), { replaced: 1, stale: 19 });
      assert.equal((await store.find('app'))?.storedSecret, `secret ${outcomes.indexOf('replaced')}`);
    },
  },
  {
    name: 'a removed client cannot be found or replaced, and its id can be used again',
    async run(store) {
      await store.create(fullClient());
      await store.create(fullClient({ id: 'other' }));
      assert.equal(await store.remove('app'), true);
      assert.equal(await store.remove('app'), false);
      assert.equal(await store.replace(fullClient({ version: 4 }), 3), 'stale');
      assert.deepEqual(await idsOf(store, 1000, 0), ['other']);
      assert.equal(await store.create(fullClient({ version: 1 })), 'created');
    },
  },
  {
    name: 'an unchanged client is removed, and no other',
    async run(store) {
      await store.create(fullClient());
      await store.create(fullClient({ id: 'other' }));
      assert.equal(await store.removeUnchanged(fullClient()), 'removed');
      assert.equal(await store.removeUnchanged(fullClient()), 'stale');
      assert.equal(await store.find('app'), undefined);
      assert.deepEqual(await store.list(everything), [fullClient({ id: 'other' })]);
    },
  },
  {
    name: 'a client with another version or incarnation is not removed as unchanged',
    async run(store) {
      await store.create(fullClient());
      assert.equal(await store.removeUnchanged(fullClient({ version: 2 })), 'stale');
      assert.equal(await store.removeUnchanged(fullClient({ version: 4 })), 'stale');
      assert.equal(await store.removeUnchanged(fullClient({ incarnation: 'Zy8_-0wV' })), 'stale');
      assert.deepEqual(await store.find('app'), fullClient());
    },
  },
  {
    name: 'of concurrent replacements and removals of one version, one succeeds',
    async run(store) {
      await store.create(fullClient());
      const outcomes = await atOnce(20, (index) =>
        index % 2 === 0
          ? store.removeUnchanged(fullClient())
          : store.replace(fullClient({ storedSecret: `secret ${index}`, version: 4 }), 3),
      );
      assert.equal(tally(outcomes).stale, 19);
      assert.equal((await store.find('app')) === undefined, outcomes.includes('removed'));
    },
  },
];
