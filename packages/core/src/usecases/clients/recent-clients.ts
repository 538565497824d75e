// Clients that were read within the current second, so that a busy client is not read anew for every request. A change made
// here is seen here at once; one made by another node, within a second.
import type { Client } from '../../domain/client.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { ClientChanges } from '../../ports/client-changes.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { Clock } from '../../ports/system.ts';

/** Where requests read clients. */
export type FindClient = Pick<ClientStore, 'find'>;

export interface ClientsWithMemory {
  /** Reads through the memory of this second. */
  readonly recent: FindClient;
  /** The store itself: what is read is what is there now; what is written is forgotten by the memory. */
  readonly current: ClientStore;
}

interface Deps {
  readonly clients: ClientStore;
  readonly clock: Clock;
  /** Default: this process is alone, or what it changes may take a second to be seen by others. */
  readonly clientChanges?: ClientChanges | undefined;
}

export const rememberClients = ({ clients, clock, clientChanges }: Deps): ClientsWithMemory => {
  let second: EpochSeconds | undefined;
  /** Emptied each second, so it holds no more than what one second asked for. Requests that come together share a read. */
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
    // Only clients that are there: whoever asks for made-up ids must not fill the memory, and a failure is tried again.
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
      // Also after a failure: the change may have happened all the same.
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
    },
  };
};
