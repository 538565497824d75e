// The rules for every LoginSessionStore.
import assert from 'node:assert/strict';
import { asHashed } from '../domain/hashed.ts';
import type { LoginSessionStore } from '../ports/login-session-store.ts';
import { type Case, due } from './case.ts';
import { fullLoginSession, hashOf, later, now } from './fixtures.ts';
import { oddTexts, scribbleOn } from './stress.ts';

const id = fullLoginSession().id;

export const loginSessionStoreContract: readonly Case<LoginSessionStore>[] = [
  {
    name: 'a session comes back with every field',
    async run(store) {
      await store.save(fullLoginSession());
      assert.deepEqual(await store.find(id, now), fullLoginSession());
    },
  },
  {
    name: 'an empty text comes back empty, not absent',
    async run(store) {
      await store.save(fullLoginSession({ acr: null }));
      assert.deepEqual(await store.find(id, now), fullLoginSession({ acr: null }));
    },
  },
  {
    name: 'a missing session is reported as missing, without an error, even if the id is not a hash',
    async run(store) {
      for (const unknown of [id, asHashed('caf\u00e9 / %2F'), asHashed('')]) {
        assert.equal(await store.find(unknown, now), undefined);
        assert.equal(await store.remove(unknown), false);
      }
      assert.equal(await store.removeBySubject('zoe'), 0);
      assert.equal(await store.removeExpired(now, 10), 0);
    },
  },
  {
    name: 'ids are compared exactly',
    async run(store) {
      await store.save(fullLoginSession({ id: hashOf('abc'), subject: 'lower' }));
      await store.save(fullLoginSession({ id: hashOf('ABC'), subject: 'upper' }));
      assert.equal((await store.find(hashOf('abc'), now))?.subject, 'lower');
      assert.equal((await store.find(hashOf('ABC'), now))?.subject, 'upper');
      // The last character of 32 bytes in base64url has two unused bits. B in that place must not be read as A.
      assert.equal(await store.find(asHashed(hashOf('abc').replace(/A$/, 'B')), now), undefined);
    },
  },
  {
    name: 'saving a session again replaces the whole session',
    async run(store) {
      await store.save(fullLoginSession());
      const next = fullLoginSession({ subject: 'max', authenticatedAt: now, expiresAt: later(9999), acr: 'other' });
      await store.save(next);
      assert.deepEqual(await store.find(id, now), next);
      assert.equal(await store.removeBySubject('zoe'), 0);
    },
  },
  {
    name: 'a caller that modifies an object it passed or received does not change the store',
    async run(store) {
      const given = fullLoginSession();
      await store.save(given);
      scribbleOn(given);
      scribbleOn(await store.find(id, now));
      assert.deepEqual(await store.find(id, now), fullLoginSession());
    },
  },
  {
    name: 'a session is found until the second before its expiry, and never afterwards',
    async run(store) {
      await store.save(fullLoginSession({ expiresAt: later(10) }));
      assert.deepEqual(await store.find(id, later(9)), fullLoginSession({ expiresAt: later(10) }));
      assert.equal(await store.find(id, later(10)), undefined);
    },
  },
  {
    name: 'removing a session removes only that session',
    async run(store) {
      await store.save(fullLoginSession());
      await store.save(fullLoginSession({ id: hashOf('other') }));
      assert.equal(await store.remove(id), true);
      assert.equal(await store.remove(id), false);
      assert.equal(await store.find(id, now), undefined);
      assert.notEqual(await store.find(hashOf('other'), now), undefined);
    },
  },
  {
    name: 'all sessions of the given subject, and only those, are removed and counted',
    async run(store) {
      for (const [index, subject] of oddTexts.entries()) {
        await store.save(fullLoginSession({ id: hashOf(`a${index}`), subject }));
        await store.save(fullLoginSession({ id: hashOf(`b${index}`), subject }));
      }
      for (const [index, subject] of oddTexts.entries()) {
        assert.equal((await store.find(hashOf(`a${index}`), now))?.subject, subject);
        assert.equal(await store.removeBySubject(subject), 2, subject);
        assert.equal(await store.find(hashOf(`a${index}`), now), undefined);
        assert.equal(await store.find(hashOf(`b${index}`), now), undefined);
      }
    },
  },
  {
    name: 'expired sessions are removed up to the limit and counted; live ones stay',
    async run(store, cleaning) {
      for (const label of ['e1', 'e2', 'e3']) {
        await store.save(fullLoginSession({ id: hashOf(label), expiresAt: later(10) }));
      }
      await store.save(fullLoginSession({ id: hashOf('live'), expiresAt: later(11) }));
      assert.equal(await store.removeExpired(later(9), 10), 0);
      assert.equal(await store.removeExpired(later(10), 0), 0);
      assert.equal(await store.removeExpired(later(10), 2), due(2, cleaning));
      assert.equal(await store.removeExpired(later(10), 2), due(1, cleaning));
      assert.equal(await store.removeExpired(later(10), 2), 0);
      assert.equal(await store.find(hashOf('e1'), later(10)), undefined);
      if (cleaning === 'on-request') assert.equal(await store.find(hashOf('e1'), later(9)), undefined);
      assert.notEqual(await store.find(hashOf('live'), later(10)), undefined);
    },
  },
];
