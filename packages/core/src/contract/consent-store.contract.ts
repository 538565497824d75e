// The rules for every ConsentStore.
import assert from 'node:assert/strict';
import type { Consent } from '../domain/consent.ts';
import type { ConsentStore } from '../ports/consent-store.ts';
import { type Case, due } from './case.ts';
import { fullConsent, later, now } from './fixtures.ts';
import { oddTexts, scribbleOn } from './stress.ts';

const everything = { limit: 1000, offset: 0 };
const idsOf = (consents: readonly Consent[]): string[] => consents.map(({ id }) => id);

const listed = async (store: ConsentStore, subject = 'zoe', at = now): Promise<string[]> =>
  idsOf(await store.list(subject, everything, at));

/** Consents a1, a2, b1, b2: the client, then the subject. */
const fillWithFour = async (store: ConsentStore): Promise<void> => {
  for (const id of ['a1', 'a2', 'b1', 'b2']) {
    await store.remember(fullConsent({ id, clientId: id.slice(0, 1), subject: `s${id.slice(1)}` }));
  }
};

export const consentStoreContract: readonly Case<ConsentStore>[] = [
  {
    name: 'a consent comes back with every field, found and listed',
    async run(store) {
      await store.remember(fullConsent());
      assert.deepEqual(await store.findFor('app', 'zoe', now), [fullConsent()]);
      assert.deepEqual(await store.list('zoe', everything, now), [fullConsent()]);
    },
  },
  {
    name: 'empty lists, empty texts and null come back unchanged, not as absent',
    async run(store) {
      const empty = { grantedScope: [], expiresAt: null, session: { accessToken: {}, idToken: {} } };
      await store.remember(fullConsent(empty));
      assert.deepEqual(await store.findFor('app', 'zoe', now), [fullConsent(empty)]);
    },
  },
  {
    name: 'no consent is an empty list, not an error',
    async run(store) {
      assert.deepEqual(await store.findFor('app', 'zoe', now), []);
      assert.deepEqual(await listed(store), []);
      assert.equal(await store.forget({ clientId: 'app', subject: 'zoe' }), 0);
      assert.equal(await store.removeExpired(now, 10), 0);
    },
  },
  {
    name: 'remembering the same id again changes nothing',
    async run(store) {
      await store.remember(fullConsent());
      await store.remember(fullConsent({ grantedScope: ['everything'] }));
      assert.deepEqual(await store.list('zoe', everything, now), [fullConsent()]);
    },
  },
  {
    name: 'clients, subjects and ids of any length and with any characters are compared exactly',
    async run(store) {
      for (const text of oddTexts) {
        await store.remember(fullConsent({ id: text, clientId: text, subject: text }));
      }
      for (const text of oddTexts) {
        const consent = fullConsent({ id: text, clientId: text, subject: text });
        assert.deepEqual(await store.findFor(text, text, now), [consent]);
        assert.deepEqual(await store.list(text, everything, now), [consent]);
        assert.equal(await store.forget({ clientId: text, subject: text }), 1);
        assert.deepEqual(await store.list(text, everything, now), []);
      }
    },
  },
  {
    name: 'a caller that modifies an object it passed or received does not change the store',
    async run(store) {
      const given = fullConsent();
      await store.remember(given);
      scribbleOn(given);
      scribbleOn(await store.findFor('app', 'zoe', now));
      scribbleOn(await store.list('zoe', everything, now));
      assert.deepEqual(await store.findFor('app', 'zoe', now), [fullConsent()]);
    },
  },
  {
    name: 'a consent is found until the second before its expiry, and never afterwards',
    async run(store) {
      await store.remember(fullConsent({ expiresAt: later(10) }));
      assert.equal((await store.findFor('app', 'zoe', later(9))).length, 1);
      assert.deepEqual(await listed(store, 'zoe', later(9)), ['consent']);
      assert.deepEqual(await store.findFor('app', 'zoe', later(10)), []);
      assert.deepEqual(await listed(store, 'zoe', later(10)), []);
    },
  },
  {
    name: 'a consent without an expiry is remembered forever',
    async run(store) {
      await store.remember(fullConsent({ expiresAt: null }));
      assert.equal(await store.removeExpired(later(1_000_000_000), 10), 0);
      assert.deepEqual(await listed(store, 'zoe', later(1_000_000_000)), ['consent']);
    },
  },
  {
    name: 'consents are listed newest first; those of the same second by descending id',
    async run(store) {
      for (const id of ['b', 'd', 'a', 'c']) await store.remember(fullConsent({ id, requestedAt: later(-60) }));
      await store.remember(fullConsent({ id: 'oldest', requestedAt: later(-61) }));
      await store.remember(fullConsent({ id: 'Newest', requestedAt: later(-59) }));
      const newestFirst = ['Newest', 'd', 'c', 'b', 'a', 'oldest'];
      assert.deepEqual(await listed(store), newestFirst);
      assert.deepEqual(idsOf(await store.findFor('app', 'zoe', now)), newestFirst);
    },
  },
  {
    name: 'pages hold only live consents; limit 0 and an offset past the end return an empty page',
    async run(store) {
      for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        await store.remember(fullConsent({ id, requestedAt: later(-index) }));
        await store.remember(fullConsent({ id: `past-${id}`, requestedAt: later(-index), expiresAt: now }));
      }
      const page = async (limit: number, offset: number) => idsOf(await store.list('zoe', { limit, offset }, now));
      assert.deepEqual(await page(2, 0), ['a', 'b']);
      assert.deepEqual(await page(2, 2), ['c', 'd']);
      assert.deepEqual(await page(2, 4), ['e']);
      assert.deepEqual(await page(0, 0), []);
      assert.deepEqual(await page(2, 5), []);
    },
  },
  {
    name: 'consents of another client or subject are not found',
    async run(store) {
      await fillWithFour(store);
      assert.deepEqual(idsOf(await store.findFor('a', 's1', now)), ['a1']);
      assert.deepEqual(idsOf(await store.findFor('b', 's2', now)), ['b2']);
      assert.deepEqual(await listed(store, 's1'), ['b1', 'a1']);
    },
  },
  {
    name: 'only the consents of the given client are forgotten, and they are counted',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.forget({ clientId: 'a' }), 2);
      assert.deepEqual([...(await listed(store, 's1')), ...(await listed(store, 's2'))], ['b1', 'b2']);
    },
  },
  {
    name: 'only the consents of the given subject are forgotten, and they are counted',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.forget({ subject: 's1' }), 2);
      assert.deepEqual([...(await listed(store, 's1')), ...(await listed(store, 's2'))], ['b2', 'a2']);
    },
  },
  {
    name: 'only the consents of the given client and subject are forgotten, and they are counted',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.forget({ clientId: 'a', subject: 's1' }), 1);
      assert.deepEqual([...(await listed(store, 's1')), ...(await listed(store, 's2'))], ['b1', 'b2', 'a2']);
    },
  },
  {
    name: 'naming neither client nor subject forgets no consent',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.forget({}), 0);
      assert.equal((await listed(store, 's1')).length + (await listed(store, 's2')).length, 4);
    },
  },
  {
    name: 'expired consents are removed up to the limit and counted; live ones stay',
    async run(store, cleaning) {
      for (const id of ['e1', 'e2', 'e3']) await store.remember(fullConsent({ id, expiresAt: later(10) }));
      await store.remember(fullConsent({ id: 'live', expiresAt: later(11) }));
      assert.equal(await store.removeExpired(later(9), 10), 0);
      assert.equal(await store.removeExpired(later(10), 0), 0);
      assert.equal(await store.removeExpired(later(10), 2), due(2, cleaning));
      assert.equal(await store.removeExpired(later(10), 2), due(1, cleaning));
      assert.equal(await store.removeExpired(later(10), 2), 0);
      assert.deepEqual(await listed(store, 'zoe', later(10)), ['live']);
      if (cleaning === 'on-request') assert.deepEqual(await listed(store, 'zoe', later(9)), ['live']);
    },
  },
];
