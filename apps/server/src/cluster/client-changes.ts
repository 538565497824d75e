// When a worker changes a client, all workers drop it from their caches before the request is answered. Only the primary can
// reach every worker: the worker notifies it, and it notifies the others and replies when each has confirmed.
import cluster, { type Worker } from 'node:cluster';
import type { ClientChanges } from '@claviger/core';

const topic = 'claviger:client-changed';

/** Milliseconds. A worker that is too busy to answer reads the client again within a second. */
const answerTimeout = 500;

interface Message {
  readonly topic: typeof topic;
  readonly kind: 'changed' | 'known';
  readonly id: number;
  readonly clientId: string;
}

const isAbout = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && 'topic' in message && message.topic === topic;

/** Pending confirmations. Each settles when it arrives, or after the time limit. */
class Waiting {
  readonly #settlers = new Map<number, () => void>();
  #last = 0;

  start(): { readonly id: number; readonly known: Promise<void> } {
    this.#last += 1;
    const id = this.#last;
    const known = new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#settlers.delete(id);
        resolve();
      };
      const timer = setTimeout(settle, answerTimeout);
      this.#settlers.set(id, settle);
    });
    return { id, known };
  }

  settle(id: number): void {
    this.#settlers.get(id)?.();
  }
}

/** Runs in the primary. */
export const passOnClientChanges = (): void => {
  const waiting = new Waiting();
  cluster.on('message', async (from: Worker, message: unknown) => {
    if (!isAbout(message)) return;
    if (message.kind === 'known') {
      waiting.settle(message.id);
      return;
    }
    const others = Object.values(cluster.workers ?? {}).filter((worker) => worker !== from && worker?.isConnected());
    await Promise.all(
      others.map((worker) => {
        const { id, known } = waiting.start();
        worker?.send({ ...message, id });
        return known;
      }),
    );
    if (from.isConnected()) from.send({ ...message, kind: 'known' });
  });
};

/** Runs in a worker. */
export const clientChangesAmongWorkers = (): ClientChanges => {
  const waiting = new Waiting();
  const tell = (message: Message): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    announce(clientId) {
      const { id, known } = waiting.start();
      tell({ topic, kind: 'changed', id, clientId });
      return known;
    },
    subscribe(forget) {
      process.on('message', (message: unknown) => {
        if (!isAbout(message)) return;
        if (message.kind === 'known') {
          waiting.settle(message.id);
          return;
        }
        forget(message.clientId);
        tell({ ...message, kind: 'known' });
      });
    },
  };
};
