// The rules for every KeyStore.
import assert from 'node:assert/strict';
import type { StoredKey } from '../domain/stored-key.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { Case } from './case.ts';
import { fullKey, later } from './fixtures.ts';
import { atOnce, oddTexts, scribbleOn, tally } from './stress.ts';

const keysOf = (...kids: readonly string[]) => kids.map((kid) => fullKey({ kid }));

const kidsIn = async (store: KeyStore, set = 'set'): Promise<string[]> => (await store.list(set)).map(({ kid }) => kid);

export const keyStoreContract: readonly Case<KeyStore>[] = [
  {
    name: 'a key comes back with every field, found and listed, regardless of how it was saved',
    async run(store) {
      await store.createSet('created', [fullKey({ set: 'created' })]);
      await store.add([fullKey({ set: 'added' })]);
      await store.put(fullKey({ set: 'put' }));
      for (const set of ['created', 'added', 'put']) {
        assert.deepEqual(await store.find(set, 'private:k1'), fullKey({ set }));
        assert.deepEqual(await store.list(set), [fullKey({ set })]);
      }
    },
  },
  {
    name: 'a missing key or set is reported as missing, without an error',
    async run(store) {
      assert.equal(await store.find('set', 'private:k1'), undefined);
      assert.deepEqual(await store.list('set'), []);
      assert.equal(await store.removeSet('set'), 0);
      assert.equal(await store.remove('set', 'private:k1'), false);
    },
  },
  {
    name: 'sets and kids of any length and with any characters are compared exactly',
    async run(store) {
      for (const text of oddTexts) {
        const key = fullKey({ set: text, kid: text, sealedJwk: text });
        assert.equal(await store.add([key]), 'added', text);
        assert.equal(await store.add([fullKey({ kid: text, sealedJwk: text })]), 'added', text);
      }
      for (const text of oddTexts) {
        assert.deepEqual(await store.list(text), [fullKey({ set: text, kid: text, sealedJwk: text })]);
        assert.deepEqual(await store.find('set', text), fullKey({ kid: text, sealedJwk: text }));
        assert.equal(await store.remove('set', text), true);
        assert.equal(await store.removeSet(text), 1);
      }
      assert.deepEqual(await store.list('set'), []);
    },
  },
  {
    name: 'a set and a kid are never confused with another pair that concatenates to the same text',
    async run(store) {
      await store.add([fullKey({ set: 'a:b', kid: 'c', sealedJwk: 'first' })]);
      assert.equal(await store.add([fullKey({ set: 'a', kid: 'b:c', sealedJwk: 'second' })]), 'added');
      assert.equal((await store.find('a:b', 'c'))?.sealedJwk, 'first');
      assert.equal((await store.find('a', 'b:c'))?.sealedJwk, 'second');
    },
  },
  {
    name: 'a caller that modifies an object it passed or received does not change the store',
    async run(store) {
      const given = [fullKey({ kid: 'added' }), fullKey({ kid: 'put' })];
      await store.createSet('set', [fullKey()]);
      await store.add(given.slice(0, 1));
      for (const key of given.slice(1)) await store.put(key);
      scribbleOn(given);
      scribbleOn(await store.find('set', 'added'));
      scribbleOn(await store.list('set'));
      assert.deepEqual(await store.list('set'), [...keysOf('put', 'added'), fullKey()]);
    },
  },
  {
    name: 'the latest addition comes first, regardless of its time; keys added together keep their order',
    async run(store) {
      await store.createSet('set', keysOf('c1', 'c2'));
      await store.add([fullKey({ kid: 'z', createdAt: later(-999) }), fullKey({ kid: 'a' })]);
      await store.put(fullKey({ kid: 'put', createdAt: later(-9999) }));
      await store.add(keysOf('m'));
      assert.deepEqual(await kidsIn(store), ['m', 'put', 'z', 'a', 'c1', 'c2']);
    },
  },
  {
    name: 'keys of several sets can be added together',
    async run(store) {
      await store.add([fullKey({ kid: 'old' })]);
      const added = [fullKey({ kid: 'a' }), fullKey({ set: 'other', kid: 'a' }), fullKey({ kid: 'b' })];
      assert.equal(await store.add(added), 'added');
      assert.deepEqual(await kidsIn(store), ['a', 'b', 'old']);
      assert.deepEqual(await kidsIn(store, 'other'), ['a']);
    },
  },
  {
    name: 'a set that has a key cannot be created, and the attempt saves nothing',
    async run(store) {
      assert.equal(await store.createSet('set', keysOf('a', 'b')), 'created');
      assert.equal(await store.createSet('set', keysOf('c', 'd')), 'exists');
      assert.deepEqual(await kidsIn(store), ['a', 'b']);
      await store.put(fullKey({ set: 'by-put' }));
      assert.equal(await store.createSet('by-put', [fullKey({ set: 'by-put', kid: 'a' })]), 'exists');
    },
  },
  {
    name: 'a set that lost its last key can be created again',
    async run(store) {
      await store.createSet('set', keysOf('a'));
      await store.remove('set', 'a');
      assert.equal(await store.createSet('set', keysOf('b')), 'created');
      await store.removeSet('set');
      assert.equal(await store.createSet('set', keysOf('c')), 'created');
      assert.deepEqual(await kidsIn(store), ['c']);
    },
  },
  {
    name: 'of 20 concurrent creations of one set, one succeeds, with all its keys',
    async run(store) {
      const outcomes = await atOnce(20, (index) => store.createSet('set', keysOf(`${index}a`, `${index}b`)));
      assert.deepEqual(tally(outcomes), { created: 1, exists: 19 });
      const winner = outcomes.indexOf('created');
      assert.deepEqual(await kidsIn(store), [`${winner}a`, `${winner}b`]);
    },
  },
  {
    name: 'keys added together are saved all or not at all',
    async run(store) {
      await store.add(keysOf('taken'));
      assert.equal(await store.add(keysOf('new', 'taken')), 'exists');
      assert.equal(await store.add([...keysOf('taken'), fullKey({ set: 'other' })]), 'exists');
      assert.equal(await store.add(keysOf('twice', 'twice')), 'exists');
      assert.deepEqual(await store.list('set'), keysOf('taken'));
      assert.deepEqual(await store.list('other'), []);
    },
  },
  {
    name: 'of 20 concurrent additions of one kid, one succeeds',
    async run(store) {
      const outcomes = await atOnce(20, (index) => store.add([fullKey({ sealedJwk: `${index}` })]));
      assert.deepEqual(tally(outcomes), { added: 1, exists: 19 });
      assert.equal((await store.find('set', 'private:k1'))?.sealedJwk, `${outcomes.indexOf('added')}`);
    },
  },
  {
    name: 'putting an existing kid replaces the key and keeps its position',
    async run(store) {
      await store.createSet('set', keysOf('a', 'b', 'c'));
      const replacement = fullKey({ kid: 'b', sealedJwk: 'new', createdAt: later(5) });
      await store.put(replacement);
      assert.deepEqual(await store.list('set'), [fullKey({ kid: 'a' }), replacement, fullKey({ kid: 'c' })]);
    },
  },
  {
    name: 'every key of every set is listed',
    async run(store) {
      assert.deepEqual(await store.listAll(), []);
      await store.createSet('set', keysOf('a', 'b'));
      const others = oddTexts.map((set) => fullKey({ set, kid: 'c' }));
      for (const other of others) await store.add([other]);
      const nameOf = ({ set, kid }: StoredKey): string => JSON.stringify([set, kid]);
      const inOrder = (keys: readonly StoredKey[]) => [...keys].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      assert.deepEqual(inOrder(await store.listAll()), inOrder([...keysOf('a', 'b'), ...others]));
    },
  },
  {
    name: 'a sealed key is replaced in its position if its sealed value is still the expected one',
    async run(store) {
      await store.createSet('set', keysOf('a', 'b', 'c'));
      const resealed = fullKey({ kid: 'b', sealedJwk: 'new' });
      assert.equal(await store.replaceSealed(resealed, 'sealed'), 'replaced');
      assert.deepEqual(await store.list('set'), [fullKey({ kid: 'a' }), resealed, fullKey({ kid: 'c' })]);
      assert.equal(await store.replaceSealed(fullKey({ kid: 'b', sealedJwk: 'late' }), 'sealed'), 'stale');
      assert.equal(await store.replaceSealed(fullKey({ kid: 'x' }), 'sealed'), 'stale');
      assert.deepEqual(await store.list('set'), [fullKey({ kid: 'a' }), resealed, fullKey({ kid: 'c' })]);
    },
  },
  {
    name: 'of 20 concurrent replacements of a sealed key, one succeeds',
    async run(store) {
      await store.createSet('set', [fullKey()]);
      const outcomes = await atOnce(20, (index) => store.replaceSealed(fullKey({ sealedJwk: `${index}` }), 'sealed'));
      assert.deepEqual(tally(outcomes), { replaced: 1, stale: 19 });
      assert.equal((await store.find('set', 'private:k1'))?.sealedJwk, `${outcomes.indexOf('replaced')}`);
    },
  },
  {
    name: 'removing a key removes only that key and keeps the order of the rest',
    async run(store) {
      await store.createSet('set', keysOf('a', 'b', 'c'));
      await store.add([fullKey({ set: 'other', kid: 'b' })]);
      assert.equal(await store.remove('set', 'b'), true);
      assert.equal(await store.remove('set', 'b'), false);
      assert.deepEqual(await kidsIn(store), ['a', 'c']);
      assert.deepEqual(await kidsIn(store, 'other'), ['b']);
      await store.add(keysOf('b'));
      assert.deepEqual(await kidsIn(store), ['b', 'a', 'c']);
    },
  },
  {
    name: 'removing a set removes all its keys, counts them, and leaves other sets alone',
    async run(store) {
      await store.createSet('set', keysOf('a', 'b'));
      await store.createSet('other', [fullKey({ set: 'other' })]);
      assert.equal(await store.removeSet('set'), 2);
      assert.equal(await store.removeSet('set'), 0);
      assert.equal(await store.find('set', 'a'), undefined);
      assert.deepEqual(await kidsIn(store, 'other'), ['private:k1']);
    },
  },
];
