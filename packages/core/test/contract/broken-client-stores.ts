// Broken client stores.
import type { Client, ClientStore } from '../../src/index.ts';
import { carelessly, type Fault, pause, withoutEmpty } from './broken-stores.ts';

const everything = { limit: 1000, offset: 0 };

export const clientFaults: readonly Fault<ClientStore>[] = [
  {
    fault: 'forgets a field',
    caughtBy: 'a client comes back with every field, found and listed',
    breaks: (sound) => ({
      create: (client) => sound.create({ ...client, metadata: { ...client.metadata, contacts: [] } } as Client),
    }),
  },
  {
    fault: 'treats empty as absent',
    caughtBy: 'empty lists, empty texts and null come back unchanged, not as absent',
    breaks: (sound) => ({ create: (client) => sound.create(withoutEmpty(client)) }),
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'a missing client is reported as missing, without an error',
    breaks: (sound) => ({
      find: async (id) => {
        const found = await sound.find(id);
        if (!found) throw new Error('not found');
        return found;
      },
    }),
  },
  {
    fault: 'overwrites',
    caughtBy: 'creating an id that exists changes nothing',
    breaks: (sound) => ({
      create: async (client) => {
        const existed = await sound.remove(client.id);
        await sound.create(client);
        return existed ? 'exists' : 'created';
      },
    }),
  },
  {
    fault: 'checks first and creates later',
    caughtBy: 'of 20 concurrent creations of one id, one succeeds',
    breaks: (sound) => ({
      create: async (client) => {
        if (await sound.find(client.id)) return 'exists';
        await pause();
        await sound.remove(client.id);
        return sound.create(client);
      },
    }),
  },
  ...carelessly<ClientStore>(
    'ids of any length and with any characters are compared exactly',
    'ids',
    (sound, careless) => ({
      create: (client) => sound.create({ ...client, id: careless(client.id) }),
      find: (id) => sound.find(careless(id)),
    }),
  ),
  ...carelessly<ClientStore>('texts come back exactly', 'texts', (sound, careless) => ({
    create: (client) => {
      const { contacts, owner } = client.metadata;
      const metadata = { ...client.metadata, contacts: contacts.map(careless), owner: owner && careless(owner) };
      return sound.create({ ...client, metadata } as Client);
    },
  })),
  {
    fault: 'returns the object that it was given',
    caughtBy: 'a caller that modifies an object it passed or received does not change the store',
    breaks: (sound) => {
      const given = new Map<string, Client>();
      return {
        create: (client) => {
          given.set(client.id, client);
          return sound.create(client);
        },
        find: async (id) => given.get(id),
      };
    },
  },
  {
    fault: 'sorts by UTF-16 unit',
    caughtBy: 'clients are listed by id, in code point order',
    breaks: (sound) => ({
      list: async () => [...(await sound.list(everything))].sort((a, b) => (a.id < b.id ? -1 : 1)),
    }),
  },
  {
    fault: 'treats limit 0 as no limit',
    caughtBy: 'pages keep that order; limit 0 and an offset past the end return an empty page',
    breaks: (sound) => ({ list: ({ limit, offset }) => sound.list({ limit: limit || 1000, offset }) }),
  },
  {
    fault: 'ignores the offset',
    caughtBy: 'pages keep that order; limit 0 and an offset past the end return an empty page',
    breaks: (sound) => ({ list: ({ limit }) => sound.list({ limit, offset: 0 }) }),
  },
  {
    fault: 'keeps a field of the replaced client',
    caughtBy: 'a replacement changes every field, and only that client',
    breaks: (sound) => ({
      replace: async (client, expectedVersion) => {
        const { createdAt } = (await sound.find(client.id)) ?? client;
        return sound.replace({ ...client, createdAt }, expectedVersion);
      },
    }),
  },
  {
    fault: 'forgets the incarnation',
    caughtBy: 'a client comes back with every field, found and listed',
    breaks: (sound) => ({ create: (client) => sound.create({ ...client, incarnation: '' }) }),
  },
  {
    fault: 'ignores the incarnation',
    caughtBy:
      'a client that was deleted and created again cannot be replaced by its predecessor, even if the version matches',
    breaks: (sound) => ({
      replace: async (client, expectedVersion) => {
        const { incarnation } = (await sound.find(client.id)) ?? client;
        return sound.replace({ ...client, incarnation }, expectedVersion);
      },
    }),
  },
  {
    fault: 'ignores the version',
    caughtBy: 'replacing a version other than the stored one is stale and changes nothing',
    breaks: (sound) => ({
      replace: async (client) => sound.replace(client, (await sound.find(client.id))?.version ?? 0),
    }),
  },
  {
    fault: 'compares the version first and replaces later',
    caughtBy: 'of 20 concurrent replacements of one version, one succeeds',
    breaks: (sound) => ({
      replace: async (client, expectedVersion) => {
        if ((await sound.find(client.id))?.version !== expectedVersion) return 'stale';
        await pause();
        await sound.remove(client.id);
        await sound.create(client);
        return 'replaced';
      },
    }),
  },
  {
    fault: 'creates a client that it should replace',
    caughtBy: 'a removed client cannot be found or replaced, and its id can be used again',
    breaks: (sound) => ({
      replace: async (client, expectedVersion) =>
        (await sound.create(client)) === 'created' ? 'replaced' : sound.replace(client, expectedVersion),
    }),
  },
  {
    fault: 'removes nothing that is unchanged',
    caughtBy: 'an unchanged client is removed, and no other',
    breaks: () => ({ removeUnchanged: async () => 'removed' }),
  },
  {
    fault: 'removes a client without comparing it',
    caughtBy: 'a client with another version or incarnation is not removed as unchanged',
    breaks: (sound) => ({
      removeUnchanged: async ({ id }) => ((await sound.remove(id)) ? 'removed' : 'stale'),
    }),
  },
  {
    fault: 'compares the version first and removes later',
    caughtBy: 'of concurrent replacements and removals of one version, one succeeds',
    breaks: (sound) => ({
      removeUnchanged: async ({ id, version }) => {
        if ((await sound.find(id))?.version !== version) return 'stale';
        await pause();
        return (await sound.remove(id)) ? 'removed' : 'stale';
      },
    }),
  },
];
