// Removes what has expired, by itself: every so often, in small batches with a pause, by one node at a time.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanResult, Provider } from '@claviger/core';

export interface CleanerLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface CleanerOptions {
  readonly clean: Provider['admin']['cleanExpired'];
  readonly log: CleanerLog;
  /** Milliseconds between two rounds, give or take a tenth. */
  readonly interval: number;
  /** Rows of each kind per batch. Default 500. */
  readonly batch?: number;
  /** Milliseconds between two batches, for everybody else. Default 50. */
  readonly pause?: number;
}

export interface Cleaner {
  /** Resolves when the batch in hand, if any, is done. */
  stop(): Promise<void>;
}

type Removed = Omit<Extract<CleanResult, { outcome: 'cleaned' }>, 'outcome'>;

const nothing: Removed = { flows: 0, loginSessions: 0, consents: 0, tokens: 0, claims: 0 };

/** The first round starts within one interval: nodes that start together do not clean together. */
export const startCleaner = ({ clean, log, interval, batch = 500, pause = 50 }: CleanerOptions): Cleaner => {
  const stopping = new AbortController();
  const { signal } = stopping;
  // A process id alone may come again after a restart, and on every machine.
  const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
  const wait = (milliseconds: number): Promise<void> => sleep(milliseconds, undefined, { signal, ref: false });

  const cleanOnce = async (): Promise<void> => {
    let total = nothing;
    try {
      for (;;) {
        const { outcome, ...removed } = { ...nothing, ...(await clean({ limit: batch, holder })) };
        total = sum(total, removed);
        const isFull = Object.values(removed).some((rows) => rows >= batch);
        if (outcome === 'not-my-turn' || !isFull || signal.aborted) break;
        await wait(pause);
      }
    } finally {
      if (Object.values(total).some((rows) => rows > 0)) log.info({ removed: total }, 'expired rows removed');
    }
  };

  const run = async (): Promise<void> => {
    await wait(interval * Math.random());
    for (;;) {
      await cleanOnce().catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error }, 'cleaning failed; it is tried again next time');
      });
      await wait(interval * (0.9 + 0.2 * Math.random()));
    }
  };

  // Ends by its waits being aborted, and in no other way.
  const ended = run().catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
};

const sum = (a: Removed, b: Removed): Removed => ({
  flows: a.flows + b.flows,
  loginSessions: a.loginSessions + b.loginSessions,
  consents: a.consents + b.consents,
  tokens: a.tokens + b.tokens,
  claims: a.claims + b.claims,
});
