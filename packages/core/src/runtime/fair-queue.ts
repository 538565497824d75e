// Runs a few slow tasks concurrently and shares the turns fairly among those that wait.
import { oauthError } from '../errors/oauth-error.ts';
import type { Lane } from '../ports/system.ts';

export interface FairQueueOptions {
  /** How many tasks run concurrently. */
  readonly running: number;
  /** The maximum number of waiting tasks of anonymous callers. */
  readonly mostWaiting: number;
}

interface Waiting {
  start(): void;
  refuse(): void;
}

/** An address with the tasks of each of its clients, oldest first. Map order is the order of turns. */
type Clients = Map<string, Waiting[]>;

/**
 * Addresses take turns, and within an address its clients take turns. A flood from one address, or against one client,
 * therefore delays each of the others by at most one turn. Tasks without a lane are those of administrators: together
 * they take turns like one more address, and are never refused. When too many other tasks wait, the newest task of the
 * longest lane rejects with temporarily_unavailable.
 */
export const fairQueue = ({ running: most, mostWaiting }: FairQueueOptions) => {
  const addresses = new Map<string, Clients>();
  let running = 0;
  let strangers = 0;

  const refuseFromLongest = (): void => {
    let longest: Waiting[] = [];
    for (const [address, clients] of addresses) {
      if (address === '') continue;
      for (const waiting of clients.values()) if (waiting.length > longest.length) longest = waiting;
    }
    strangers -= 1;
    longest.pop()?.refuse();
  };

  const wait = (lane: Lane | undefined): Promise<void> =>
    new Promise((start, reject) => {
      const address = lane ? `of ${lane.address}` : '';
      const client = lane?.clientId ?? '';
      const clients = addresses.get(address) ?? new Map<string, Waiting[]>();
      const waiting = clients.get(client) ?? [];
      waiting.push({ start, refuse: () => reject(oauthError('temporarily_unavailable')) });
      clients.set(client, waiting);
      addresses.set(address, clients);
      if (!lane) return;
      strangers += 1;
      if (strangers > mostWaiting) refuseFromLongest();
    });

  /** Takes the task whose turn it is, and moves its client and address to the end of their queues. */
  const next = (): Waiting | undefined => {
    for (const [address, clients] of addresses) {
      addresses.delete(address);
      for (const [client, waiting] of clients) {
        clients.delete(client);
        const task = waiting.shift();
        if (waiting.length > 0) clients.set(client, waiting);
        if (!task) continue;
        if (clients.size > 0) addresses.set(address, clients);
        if (address !== '') strangers -= 1;
        return task;
      }
    }
    return undefined;
  };

  return async <T>(lane: Lane | undefined, task: () => Promise<T>): Promise<T> => {
    if (running < most) running += 1;
    else await wait(lane);
    try {
      return await task();
    } finally {
      const following = next();
      if (following) following.start();
      else running -= 1;
    }
  };
};
