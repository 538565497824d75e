// The rules for every FlowStore.
import assert from 'node:assert/strict';
import type { FlowStore } from '../ports/flow-store.ts';
import { type Case, due } from './case.ts';
import { fullFlow, fullRequest, later, now, youngFlow } from './fixtures.ts';
import { atOnce, oddTexts, scribbleOn, tally } from './stress.ts';

const presentOf = async (store: FlowStore, ids: readonly string[], at = now): Promise<string[]> => {
  const found = await Promise.all(ids.map((id) => store.find(id, at)));
  return ids.filter((_, index) => found[index] !== undefined);
};

/** Flows a1, a2, b1, b2 (client, then subject) and a0, in which nobody has logged in. */
const fillWithFive = async (store: FlowStore): Promise<readonly string[]> => {
  const login = fullFlow().login;
  const asSubject = (subject: string) => ({
    ...login,
    accepted: login.accepted && { ...login.accepted, subject: `s${subject}` },
  });
  for (const id of ['a1', 'a2', 'b1', 'b2'] as const) {
    const request = fullRequest({ clientId: id.slice(0, 1) });
    await store.create(fullFlow({ id, request, login: asSubject(id.slice(1)) }));
  }
  await store.create(youngFlow({ id: 'a0', request: fullRequest({ clientId: 'a' }) }));
  return ['a0', 'a1', 'a2', 'b1', 'b2'];
};

const noTexts = { sentRedirectUri: null, state: null, nonce: null, codeChallenge: null, idTokenHintSubject: null };

export const flowStoreContract: readonly Case<FlowStore>[] = [
  {
    name: 'a flow comes back with every field',
    async run(store) {
      await store.create(fullFlow());
      assert.deepEqual(await store.find('flow', now), fullFlow());
    },
  },
  {
    name: 'empty lists, empty texts and null come back unchanged, not as absent',
    async run(store) {
      const request = fullRequest({ scope: [], prompt: [], maxAge: null, ...noTexts });
      await store.create(youngFlow({ request }));
      assert.deepEqual(await store.find('flow', now), youngFlow({ request }));
    },
  },
  {
    name: 'a missing flow is reported as missing, without an error',
    async run(store) {
      assert.equal(await store.find('flow', now), undefined);
      assert.equal(await store.replace(fullFlow({ version: 6 }), 5, now), 'stale');
      assert.equal(await store.find('flow', now), undefined);
      assert.equal(await store.removeAll({ clientId: 'app', subject: 'zoe' }), 0);
      assert.equal(await store.removeExpired(now, 10), 0);
    },
  },
  {
    name: 'creating a flow with an existing id is refused and changes nothing',
    async run(store) {
      await store.create(fullFlow());
      await assert.rejects(store.create(fullFlow({ state: 'ended' })));
      assert.deepEqual(await store.find('flow', now), fullFlow());
    },
  },
  {
    name: 'ids of any length and with any characters are compared exactly',
    async run(store) {
      for (const id of oddTexts) await store.create(fullFlow({ id, request: fullRequest({ state: id }) }));
      for (const id of oddTexts) {
        const request = fullRequest({ state: id });
        assert.deepEqual(await store.find(id, now), fullFlow({ id, request }));
        assert.equal(await store.replace(fullFlow({ id, request, version: 6 }), 5, now), 'replaced');
      }
    },
  },
  {
    name: 'a caller that modifies an object it passed or received does not change the store',
    async run(store) {
      const given = fullFlow();
      await store.create(given);
      scribbleOn(given);
      scribbleOn(await store.find('flow', now));
      assert.deepEqual(await store.find('flow', now), fullFlow());
      const replacement = fullFlow({ version: 6 });
      await store.replace(replacement, 5, now);
      scribbleOn(replacement);
      assert.deepEqual(await store.find('flow', now), fullFlow({ version: 6 }));
    },
  },
  {
    name: 'a flow can be found and replaced until the second before its expiry',
    async run(store) {
      await store.create(fullFlow({ expiresAt: later(10) }));
      assert.deepEqual(await store.find('flow', later(9)), fullFlow({ expiresAt: later(10) }));
      assert.equal(await store.replace(fullFlow({ expiresAt: later(10), version: 6 }), 5, later(9)), 'replaced');
    },
  },
  {
    name: 'from the second of its expiry, a flow can be neither found nor replaced',
    async run(store) {
      await store.create(fullFlow({ expiresAt: later(10) }));
      assert.equal(await store.find('flow', later(10)), undefined);
      assert.equal(await store.replace(fullFlow({ expiresAt: later(99), version: 6 }), 5, later(10)), 'stale');
      assert.equal(await store.find('flow', later(11)), undefined);
    },
  },
  {
    name: 'a replacement changes every field, and only that flow',
    async run(store) {
      await store.create(youngFlow());
      await store.create(youngFlow({ id: 'other' }));
      const next = fullFlow({ version: 2, expiresAt: later(1000), requestedAt: later(-1) });
      assert.equal(await store.replace(next, 1, now), 'replaced');
      assert.deepEqual(await store.find('flow', later(900)), next);
      assert.deepEqual(await store.find('other', now), youngFlow({ id: 'other' }));
    },
  },
  {
    name: 'replacing a version other than the stored one is stale and changes nothing',
    async run(store) {
      await store.create(fullFlow());
      assert.equal(await store.replace(fullFlow({ state: 'ended', version: 5 }), 4, now), 'stale');
      assert.equal(await store.replace(fullFlow({ state: 'ended', version: 7 }), 6, now), 'stale');
      assert.deepEqual(await store.find('flow', now), fullFlow());
    },
  },
  {
    name: 'of 20 concurrent replacements of one version, one succeeds',
    async run(store) {
      await store.create(fullFlow());
      const outcomes = await atOnce(20, (index) =>
        store.replace(fullFlow({ version: 6, request: fullRequest({ state: `${index}` }) }), 5, now),
      );
      assert.deepEqual(tally(outcomes), { replaced: 1, stale: 19 });
      assert.equal((await store.find('flow', now))?.request.state, `${outcomes.indexOf('replaced')}`);
    },
  },
  {
    name: 'only the flows of the given client are removed and counted, and they cannot be replaced afterwards',
    async run(store) {
      const ids = await fillWithFive(store);
      assert.equal(await store.removeAll({ clientId: 'a' }), 3);
      assert.deepEqual(await presentOf(store, ids), ['b1', 'b2']);
      assert.equal(await store.replace(fullFlow({ id: 'a1', version: 6 }), 5, now), 'stale');
    },
  },
  {
    name: 'only the flows of the given subject are removed, and they are counted',
    async run(store) {
      const ids = await fillWithFive(store);
      assert.equal(await store.removeAll({ subject: 's1' }), 2);
      assert.deepEqual(await presentOf(store, ids), ['a0', 'a2', 'b2']);
    },
  },
  {
    name: 'only the flows of the given client and subject are removed, and they are counted',
    async run(store) {
      const ids = await fillWithFive(store);
      assert.equal(await store.removeAll({ clientId: 'b', subject: 's2' }), 1);
      assert.deepEqual(await presentOf(store, ids), ['a0', 'a1', 'a2', 'b1']);
    },
  },
  {
    name: 'naming neither client nor subject removes no flow',
    async run(store) {
      const ids = await fillWithFive(store);
      assert.equal(await store.removeAll({}), 0);
      assert.deepEqual(await presentOf(store, ids), ids);
    },
  },
  {
    name: 'the subject of a flow is that of its latest version, whether remembered or logged in',
    async run(store) {
      const remembered = { ...youngFlow().login, subject: 'remembered' };
      await store.create(youngFlow({ id: 'remembered', login: remembered }));
      assert.equal(await store.removeAll({ subject: 'remembered' }), 1);
      await store.create(youngFlow());
      await store.replace(fullFlow({ version: 2 }), 1, now);
      assert.equal(await store.removeAll({ subject: 'zoe' }), 1);
      assert.deepEqual(await presentOf(store, ['flow', 'remembered']), []);
    },
  },
  {
    name: "a note of waiting flows replaces the holder's earlier note, and the notes of all holders are added up",
    async run(store) {
      assert.equal(await store.noteWaiting({ holder: 'a', waiting: 5, until: later(900) }, now), 5);
      assert.equal(await store.noteWaiting({ holder: 'b', waiting: -2, until: later(900) }, now), 3);
      assert.equal(await store.noteWaiting({ holder: 'a', waiting: 10, until: later(901) }, now), 8);
      assert.equal(await store.noteWaiting({ holder: 'b', waiting: 0, until: later(901) }, now), 10);
    },
  },
  {
    name: 'a note of waiting flows counts until the second before its end, and never afterwards',
    async run(store) {
      await store.noteWaiting({ holder: 'a', waiting: 5, until: later(10) }, now);
      assert.equal(await store.noteWaiting({ holder: 'b', waiting: 1, until: later(900) }, later(9)), 6);
      assert.equal(await store.noteWaiting({ holder: 'b', waiting: 1, until: later(900) }, later(10)), 1);
      assert.equal(await store.noteWaiting({ holder: 'a', waiting: 2, until: later(900) }, later(10)), 3);
    },
  },
  {
    name: 'of 20 concurrent notes of waiting flows, none is lost',
    async run(store) {
      const note = (index: number) => ({ holder: `node ${index}`, waiting: 1, until: later(900) });
      const sums = await atOnce(20, (index) => store.noteWaiting(note(index), now));
      assert.ok(sums.every((sum) => sum >= 1 && sum <= 20));
      assert.equal(await store.noteWaiting(note(0), now), 20);
    },
  },
  {
    name: 'a note of waiting flows is not found or removed as a flow',
    async run(store) {
      await store.noteWaiting({ holder: 'a', waiting: 5, until: later(10) }, now);
      assert.equal(await store.find('a', now), undefined);
      assert.equal(await store.removeAll({ clientId: '' }), 0);
      assert.equal(await store.removeExpired(later(10), 10), 0);
    },
  },
  {
    name: 'expired flows are removed up to the limit and counted; live ones stay',
    async run(store, cleaning) {
      for (const id of ['e1', 'e2', 'e3']) await store.create(fullFlow({ id, expiresAt: later(10) }));
      await store.create(fullFlow({ id: 'live', expiresAt: later(11) }));
      assert.equal(await store.removeExpired(later(9), 10), 0);
      assert.equal(await store.removeExpired(later(10), 0), 0);
      assert.equal(await store.removeExpired(later(10), 2), due(2, cleaning));
      assert.equal(await store.removeExpired(later(10), 2), due(1, cleaning));
      assert.equal(await store.removeExpired(later(10), 2), 0);
      const ids = ['e1', 'e2', 'e3', 'live'];
      assert.deepEqual(await presentOf(store, ids, later(10)), ['live']);
      if (cleaning === 'on-request') assert.deepEqual(await presentOf(store, ids, later(9)), ['live']);
    },
  },
];
