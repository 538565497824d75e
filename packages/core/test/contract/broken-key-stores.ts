// Faults of key stores.
import { epochSeconds, type KeyStore, type StoredKey } from '../../src/index.ts';
import { carelessly, type Fault, pause } from './broken-stores.ts';

const addOneByOne = async (store: KeyStore, keys: readonly StoredKey[]): Promise<'added' | 'exists'> => {
  for (const key of keys.toReversed()) if ((await store.add([key])) === 'exists') return 'exists';
  return 'added';
};

export const keyFaults: readonly Fault<KeyStore>[] = [
  {
    fault: 'forgets a field',
    caughtBy: 'a key comes back with every field, found and listed, however it was saved',
    breaks: (sound) => ({ put: (key) => sound.put({ ...key, createdAt: epochSeconds(0) }) }),
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'a key or set that is not there is an answer, not an error',
    breaks: (sound) => ({
      list: async (set) => {
        const keys = await sound.list(set);
        if (keys.length === 0) throw new Error('not found');
        return keys;
      },
    }),
  },
  ...carelessly<KeyStore>(
    'sets and kids are compared exactly, whatever characters and however many they have',
    'kids',
    (sound, careless) => ({
      add: (keys) => sound.add(keys.map((key) => ({ ...key, kid: careless(key.kid) }))),
      find: (set, kid) => sound.find(set, careless(kid)),
    }),
  ),
  {
    fault: 'joins set and kid with a colon',
    caughtBy: 'a set and a kid are never taken for another set and kid that read the same together',
    breaks: (sound) => ({
      add: (keys) => sound.add(keys.map((key) => ({ ...key, set: '', kid: `${key.set}:${key.kid}` }))),
    }),
  },
  {
    fault: 'hands out the object that it was given',
    caughtBy: 'what a caller does to an object that it gave or was given does not reach the store',
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
    caughtBy: 'the newest addition comes first, whatever its time says; keys added together stay in their order',
    breaks: (sound) => ({
      list: async (set) => [...(await sound.list(set))].sort((a, b) => b.createdAt - a.createdAt),
    }),
  },
  {
    fault: 'takes all keys for the first one of their set',
    caughtBy: 'keys of several sets can be added together',
    breaks: (sound) => ({
      add: (keys) => sound.add(keys.filter(({ set }) => set === keys[0]?.set)),
    }),
  },
  {
    fault: 'adds to a set that it was to create',
    caughtBy: 'a set that has a key cannot be created; nothing of the attempt stays',
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
    fault: 'looks first and creates the set later',
    caughtBy: 'of 20 creations of one set at once, one wins, with all its keys',
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
    fault: 'adds key by key until one is taken',
    caughtBy: 'of keys added together, all are saved or none',
    breaks: (sound) => ({ add: (keys) => addOneByOne(sound, keys) }),
  },
  {
    fault: 'looks first and adds later',
    caughtBy: 'of 20 additions of one kid at once, one wins',
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
    caughtBy: 'putting a kid that is there replaces the key at its place',
    breaks: (sound) => ({
      put: async (key) => {
        await sound.remove(key.set, key.kid);
        await sound.put(key);
      },
    }),
  },
  {
    fault: 'lists one set',
    caughtBy: 'every key of every set is listed',
    breaks: (sound) => ({ listAll: () => sound.list('set') }),
  },
  {
    fault: 'replaces what was changed meanwhile',
    caughtBy: 'what is sealed is replaced at its place if it is still the expected',
    breaks: (sound) => ({
      replaceSealed: async (key) => {
        await sound.put(key);
        return 'replaced';
      },
    }),
  },
  {
    fault: 'compares what is sealed first and replaces it later',
    caughtBy: 'of 20 replacements at once of what is sealed, one wins',
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
    caughtBy: 'a key that was removed is gone, and no other; the order of the rest stays',
    breaks: () => ({ remove: async () => true }),
  },
  {
    fault: 'counts wrong',
    caughtBy: 'a set that was removed is gone with all its keys, counted, and no other set',
    breaks: (sound) => ({ removeSet: async (set) => Math.min(1, await sound.removeSet(set)) }),
  },
];
