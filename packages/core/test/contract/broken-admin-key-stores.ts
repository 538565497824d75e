// Admin key stores that are broken on purpose: each fails the contract case it names.
import { type AdminKey, type AdminKeyStore, epochSeconds } from '../../src/index.ts';
import { carelessly, type Fault, pause, withoutEmpty } from './broken-stores.ts';

const everyField = 'a key comes back with every field, found and listed';
const order = 'the oldest key comes first, and keys of one second are sorted by id; pages follow that order';
const copies = 'changes to an object that was passed or returned do not reach the store';

/** Finds and lists keys in another form. */
const changed = (sound: AdminKeyStore, change: (key: AdminKey) => AdminKey): Partial<AdminKeyStore> => ({
  find: async (id) => {
    const key = await sound.find(id);
    return key && change(key);
  },
  list: async (page) => (await sound.list(page)).map(change),
});

export const adminKeyFaults: readonly Fault<AdminKeyStore>[] = [
  ...(['id', 'hash', 'name', 'scopes', 'createdAt', 'expiresAt'] as const).map(
    (member): Fault<AdminKeyStore> => ({
      fault: `loses ${member}`,
      caughtBy: everyField,
      breaks: (sound) =>
        changed(sound, (key) => withoutEmpty({ ...key, [member]: Array.isArray(key[member]) ? [] : '' })),
    }),
  ),
  {
    fault: 'returns 0 for a key without an end',
    caughtBy: 'a key that never expires comes back as one',
    breaks: (sound) => changed(sound, (key) => ({ ...key, expiresAt: key.expiresAt ?? epochSeconds(0) })),
  },
  {
    fault: 'fails when it does not find a key',
    caughtBy: 'a key that does not exist is an answer, not an error',
    breaks: (sound) => ({
      find: async (id) => {
        const key = await sound.find(id);
        if (!key) throw new Error('There is no such key.');
        return key;
      },
    }),
  },
  ...carelessly<AdminKeyStore>('ids and names are kept and compared exactly', 'ids', (sound, careless) => ({
    find: async (id) => (await sound.list({ limit: 1000, offset: 0 })).find((key) => careless(key.id) === careless(id)),
  })),
  {
    fault: 'overwrites a key with the same id',
    caughtBy: 'creating an id that exists changes nothing',
    breaks: (sound) => ({
      create: async (key) => {
        const existed = await sound.remove(key.id);
        await sound.create(key);
        return existed ? 'exists' : 'created';
      },
    }),
  },
  {
    fault: 'looks for the key first and writes it later',
    caughtBy: 'of 20 concurrent creations of one id, one succeeds',
    breaks: (sound) => ({
      create: async (key) => {
        const current = await sound.find(key.id);
        await pause();
        if (current) return 'exists';
        await sound.create(key);
        return 'created';
      },
    }),
  },
  {
    fault: 'looks for the key first and removes it later',
    caughtBy: 'of 20 concurrent removals of one key, one reports that it existed',
    breaks: (sound) => ({
      remove: async (id) => {
        const current = await sound.find(id);
        await pause();
        await sound.remove(id);
        return current !== undefined;
      },
    }),
  },
  {
    fault: 'removes every key',
    caughtBy: 'a removed key is neither found nor listed, and the others stay',
    breaks: (sound) => ({
      remove: async (id) => {
        const existed = await sound.remove(id);
        for (const key of await sound.list({ limit: 1000, offset: 0 })) await sound.remove(key.id);
        return existed;
      },
    }),
  },
  {
    fault: 'lists the newest key first',
    caughtBy: order,
    breaks: (sound) => ({ list: async (page) => (await sound.list(page)).toReversed() }),
  },
  {
    fault: 'sorts by UTF-16 code units',
    caughtBy: order,
    breaks: (sound) => ({
      list: async (page) =>
        [...(await sound.list(page))].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    }),
  },
  {
    fault: 'ignores the page',
    caughtBy: order,
    breaks: (sound) => ({ list: () => sound.list({ limit: 1000, offset: 0 }) }),
  },
  {
    fault: 'keeps the object that it received',
    caughtBy: copies,
    breaks: () => {
      const keys = new Map<string, AdminKey>();
      return {
        create: async (key) => {
          keys.set(key.id, key);
          return 'created';
        },
        find: async (id) => keys.get(id),
      };
    },
  },
];
