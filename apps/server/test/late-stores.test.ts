// Stores that are opened after the provider was made.
import { commandsOf, epochSeconds, portNames, type Stores, StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { LateStores } from '../src/stores/late-stores.ts';

t.test('until the stores are open, every command of every port rejects with StoreUnavailable', async (t) => {
  const { stores } = new LateStores();
  for (const port of portNames) {
    for (const command of commandsOf(port)) {
      const run: () => unknown = stores[port][command];
      await t.rejects(async () => run(), StoreUnavailable, `${port}.${command}`);
    }
  }
});

t.test('ports that were taken before the stores opened use the opened stores', async (t) => {
  const late = new LateStores();
  const { clients, leases }: Stores = late.stores;
  const opened = memoryStores();
  late.open(opened);
  t.same(await clients.list({ limit: 10, offset: 0 }), []);
  t.equal(await leases.removeExpired(epochSeconds(0), 10), 0);
});

t.test('the listed commands of a port are those that a store implements', async (t) => {
  const opened = memoryStores();
  for (const port of portNames) {
    const implemented = Object.getOwnPropertyNames(Object.getPrototypeOf(opened[port]));
    t.same(implemented.filter((name) => name !== 'constructor').sort(), [...commandsOf(port)].sort(), port);
  }
});
