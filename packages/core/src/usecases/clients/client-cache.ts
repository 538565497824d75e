// Keeps clients that were read within the current second, so that a busy client is not read for every request. Changes
// made by this process are visible immediately; those of other nodes within a second.
import type { Client } from '../../domain/client.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { ClientChanges } from '../../ports/client-changes.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { Clock } from '../../ports/system.ts';

/** Where requests read clients. */
export type FindClient = Pick<ClientStore, 'find'>;

export interface ClientCache {
  /** Reads through the cache. */
  readonly recent: FindClient;
  /** The store itself: reads bypass the cache, and writes remove the client from it. */
  readonly current: ClientStore;
}

interface Deps {
  readonly clients: ClientStore;
  readonly clock: Clock;
  /** Default: other processes see a change within a second. */
  readonly clientChanges?: ClientChanges | undefined;
}

export const makeClientCache = ({ clients, clock, clientChanges }: Deps): ClientCache => {
  let second: EpochSeconds | undefined;
  /** Cleared every second, which limits its size. Concurrent requests share a read. */
  let reads = new Map<string, Promise<Client | undefined>>();

  const forget = (id: string): void => {
    reads.delete(id);
  };

  const recent = (id: string): Promise<Client | undefined> => {
    const now = clock.now();
    if (now !== second) {
      second = now;
      reads = new Map();
    }
    const known = reads.get(id);
    if (known) return known;
    const read = clients.find(id);
    reads.set(id, read);
    // Caches only existing clients. Requests for invented ids must not fill the memory, and a failed read must be
    // retried.
    const unlessFound = (client?: Client): void => {
      if (!client && reads.get(id) === read) reads.delete(id);
    };
    read.then(unlessFound, () => unlessFound());
    return read;
  };

  const changed = async <T>(id: string, change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      // Also after a failure, because the change may have been stored anyway.
      forget(id);
      await clientChanges?.announce(id);
    }
  };
  clientChanges?.subscribe(forget);

  return {
    recent: { find: recent },
    current: {
      create: (client) => changed(client.id, clients.create(client)),
      find: (id) => clients.find(id),
      list: (page) => clients.list(page),
      replace: (client, expectedVersion) => changed(client.id, clients.replace(client, expectedVersion)),
      remove: (id) => changed(id, clients.remove(id)),
      removeUnchanged: (client) => changed(client.id, clients.removeUnchanged(client)),
    },
  };
};
