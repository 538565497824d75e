// A busy client is read once a second; a change made in this process is seen immediately.

import t from 'tap';
import { type Client, type ClientMetadata, emptyClientMetadata, withSecret } from '../src/domain/client.ts';
import { epochSeconds } from '../src/domain/time.ts';
import { memoryStores } from '../src/memory/index.ts';
import type { ClientChanges } from '../src/ports/client-changes.ts';
import type { ClientStore } from '../src/ports/client-store.ts';
import { makeClientCache } from '../src/usecases/clients/client-cache.ts';

const client = (name: string): Client => ({
  id: 'app',
  ...withSecret({ ...emptyClientMetadata, name } as ClientMetadata, null),
  incarnation: 'drawn-01',
  createdAt: epochSeconds(1),
  updatedAt: epochSeconds(1),
  version: 1,
});

const givenClients = (clientChanges?: ClientChanges) => {
  const { clients } = memoryStores();
  const counted = { reads: 0, failing: false };
  let now = epochSeconds(100);
  const store: ClientStore = {
    create: (one) => clients.create(one),
    list: (page) => clients.list(page),
    replace: (one, version) => clients.replace(one, version),
    remove: (id) => clients.remove(id),
    removeUnchanged: (client) => clients.removeUnchanged(client),
    async find(id) {
      counted.reads += 1;
      if (counted.failing) throw new Error('away');
      return clients.find(id);
    },
  };
  const remembered = makeClientCache({ clients: store, clock: { now: () => now }, clientChanges });
  return { ...remembered, behind: clients, counted, aSecondLater: () => (now = epochSeconds(now + 1)) };
};

t.test('requests of one second share one read', async (t) => {
  const { recent, current, counted, behind, aSecondLater } = givenClients();
  await current.create(client('first'));
  const found = await Promise.all([recent.find('app'), recent.find('app'), recent.find('app')]);
  t.strictSame(
    found.map((one) => one?.metadata.name),
    ['first', 'first', 'first'],
  );
  t.equal(counted.reads, 1);
  await behind.replace({ ...client('by another node'), version: 2 }, 1);
  t.equal((await recent.find('app'))?.metadata.name, 'first');
  aSecondLater();
  t.equal((await recent.find('app'))?.metadata.name, 'by another node');
  t.equal(counted.reads, 2);
});

t.test(
  'a change made in this process is seen immediately, even by a caller that began to read before it',
  async (t) => {
    const { recent, current } = givenClients();
    await current.create(client('first'));
    const before = recent.find('app');
    await current.replace({ ...client('second'), version: 2 }, 1);
    t.equal((await recent.find('app'))?.metadata.name, 'second');
    await before;
    t.equal((await recent.find('app'))?.metadata.name, 'second');
    await current.remove('app');
    t.equal(await recent.find('app'), undefined);
  },
);

t.test('processes of one node notify each other of a change before it is answered', async (t) => {
  const told: string[] = [];
  let forget = (_id: string): void => undefined;
  const { recent, current, behind } = givenClients({
    announce: async (id) => {
      told.push(id);
    },
    subscribe: (listener) => {
      forget = listener;
    },
  });
  await current.create(client('first'));
  t.strictSame(told, ['app']);
  await recent.find('app');
  await behind.replace({ ...client('second'), version: 2 }, 1);
  t.equal((await recent.find('app'))?.metadata.name, 'first');
  forget('app');
  t.equal((await recent.find('app'))?.metadata.name, 'second');
});

t.test('neither a missing client nor a failure is cached', async (t) => {
  const { recent, behind, counted } = givenClients();
  t.equal(await recent.find('app'), undefined);
  await behind.create(client('first'));
  counted.failing = true;
  // The first read after the failure is a new one.
  await t.rejects(recent.find('app'), { message: 'away' });
  counted.failing = false;
  t.equal((await recent.find('app'))?.metadata.name, 'first');
});
