// Broken key stores.
import { epochSeconds, type KeyStore, type StoredKey } from '../../src/index.ts';
import { carelessly, type Fault, pause } from './broken-stores.ts';

const addOneByOne = async (store: KeyStore, keys: readonly StoredKey[]): Promise<'added' | 'exists'> => {
  for (const key of keys.toReversed()) if ((await store.add([key])) === 'exists') return 'exists';
  return 'added';
};

export const keyFaults: readonly Fault<KeyStore>[] = [
  {
    fault: 'forgets a field',
    caughtBy: 'a key comes back with every field, found and listed, regardless of how it was saved',
    breaks: (sound) => ({ put: (key) => sound.put({ ...key, createdAt: epochSeconds(0) }) }),
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'a missing key or set is reported as missing, without an error',
    breaks: (sound) => ({
      list: async (set) => {
        const keys = await sound.list(set);
        if (keys.length === 0) throw new Error('not found');
        return keys;
      },
    }),
  },
  ...carelessly<KeyStore>(
    'sets and kids of any length and with any characters are compared exactly',
    'kids',
    (sound, careless) => ({
      add: (keys) => sound.add(keys.map((key) => ({ ...key, kid: careless(key.kid) }))),
      find: (set, kid) => sound.find(set, careless(kid)),
    }),
  ),
  {
    fault: 'joins set and kid with a colon',
    caughtBy: 'a set and a kid are never confused with another pair that concatenates to the same text',
    breaks: (sound) => ({
      add: (keys) => sound.add(keys.map((key) => ({ ...key, set: '', kid: `${key.set}:${key.kid}` }))),
    }),
  },
  {
    fault: 'returns the object that it was given',
    caughtBy: 'a caller that modifies an object it passed or received does not change the store',
    breaks: (sound) => {
      const given = new Map<string, StoredKey>();
      return {
        put: (key) => {
          given.set(key.kid, key);
          return sound.put(key);
        },
        list: async (set) => (await sound.list(set)).map((key) => given.get(key.kid) ?? key),
      };
    },
  },
  {
    fault: 'sorts by time',
    caughtBy: 'the latest addition comes first, regardless of its time; keys added together keep their order',
    breaks: (sound) => ({
      list: async (set) => [...(await sound.list(set))].sort((a, b) => b.createdAt - a.createdAt),
    }),
  },
  {
    fault: 'takes every key for one of the first set',
    caughtBy: 'keys of several sets can be added together',
    breaks: (sound) => ({
      add: (keys) => sound.add(keys.filter(({ set }) => set === keys[0]?.set)),
    }),
  },
  {
    fault: 'adds to an existing set instead of refusing to create it',
    caughtBy: 'a set that has a key cannot be created, and the attempt saves nothing',
    breaks: (sound) => ({
      createSet: async (_set, keys) => ((await sound.add(keys)) === 'added' ? 'created' : 'exists'),
    }),
  },
  {
    fault: 'remembers that a set was created',
    caughtBy: 'a set that lost its last key can be created again',
    breaks: (sound) => {
      const created = new Set<string>();
      return {
        createSet: async (set, keys) => {
          if (created.has(set)) return 'exists';
          created.add(set);
          return sound.createSet(set, keys);
        },
      };
    },
  },
  {
    fault: 'checks first and creates the set later',
    caughtBy: 'of 20 concurrent creations of one set, one succeeds, with all its keys',
    breaks: (sound) => ({
      createSet: async (set, keys) => {
        if ((await sound.list(set)).length > 0) return 'exists';
        await pause();
        await sound.add(keys);
        return 'created';
      },
    }),
  },
  {
    fault: 'adds one key after another until a kid exists already',
    caughtBy: 'keys added together are saved all or not at all',
    breaks: (sound) => ({ add: (keys) => addOneByOne(sound, keys) }),
  },
  {
    fault: 'checks first and adds later',
    caughtBy: 'of 20 concurrent additions of one kid, one succeeds',
    breaks: (sound) => ({
      add: async (keys) => {
        for (const { set, kid } of keys) if (await sound.find(set, kid)) return 'exists';
        await pause();
        for (const key of keys) await sound.put(key);
        return 'added';
      },
    }),
  },
  {
    fault: 'moves a key to the front when it is put again',
    caughtBy: 'putting an existing kid replaces the key and keeps its position',
    breaks: (sound) => ({
      put: async (key) => {
        await sound.remove(key.set, key.kid);
        await sound.put(key);
      },
    }),
  },
  {
    fault: 'lists only one set',
    caughtBy: 'every key of every set is listed',
    breaks: (sound) => ({ listAll: () => sound.list('set') }),
  },
  {
    fault: 'replaces a key that was changed in the meantime',
    caughtBy: 'a sealed key is replaced in its position if its sealed value is still the expected one',
    breaks: (sound) => ({
      replaceSealed: async (key) => {
        await sound.put(key);
        return 'replaced';
      },
    }),
  },
  {
    fault: 'compares the sealed value first and replaces it later',
    caughtBy: 'of 20 concurrent replacements of a sealed key, one succeeds',
    breaks: (sound) => ({
      replaceSealed: async (key, expected) => {
        if ((await sound.find(key.set, key.kid))?.sealedJwk !== expected) return 'stale';
        await pause();
        await sound.put(key);
        return 'replaced';
      },
    }),
  },
  {
    fault: 'removes nothing',
    caughtBy: 'removing a key removes only that key and keeps the order of the rest',
    breaks: () => ({ remove: async () => true }),
  },
  {
    fault: 'counts wrong',
    caughtBy: 'removing a set removes all its keys, counts them, and leaves other sets alone',
    breaks: (sound) => ({ removeSet: async (set) => Math.min(1, await sound.removeSet(set)) }),
  },
];
