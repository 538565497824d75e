// Work that comes round every so often, on every node at another moment, until the server stops.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@claviger/core';
import { reasonOf } from '@claviger/http';

export interface RoundsLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface Rounds {
  /** Resolves when the round in hand, if any, is done. */
  stop(): Promise<void>;
}

export interface Round {
  /** This process, by a name that no other has. */
  readonly holder: string;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** Rejects if the server stops in the meantime. */
  wait(milliseconds: number): Promise<void>;
}

export interface RoundsOptions {
  /** What the log calls it, such as `cleaning`. */
  readonly name: string;
  readonly log: RoundsLog;
  /** Milliseconds between two rounds, give or take a tenth. */
  readonly interval: number;
  readonly run: (round: Round) => Promise<void>;
  /** Told of every round that ends, except those that the end of the server cuts short. */
  readonly report?: JobReport | undefined;
}

export type JobReport = (name: string, outcome: 'ok' | 'error') => void;

/** The first round starts within one interval: nodes that start together do not work together. */
export const startRounds = ({ name, log, interval, run, report }: RoundsOptions): Rounds => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const wait = (milliseconds: number): Promise<void> => sleep(milliseconds, undefined, { signal, ref: false });
  // A process id alone may come again after a restart, and on every machine.
  const round: Round = { holder: `${hostname()}/${process.pid}/${randomUUID()}`, signal, wait };

  const goRound = async (): Promise<void> => {
    await wait(interval * Math.random());
    for (;;) {
      const done = run(round).then(() => report?.(name, 'ok'));
      await done.catch((error: unknown) => {
        if (signal.aborted) return;
        report?.(name, 'error');
        const told = error instanceof StoreUnavailable ? { reason: reasonOf(error) } : { err: error };
        log.error(told, `${name} failed; will be retried in the next round`);
      });
      await wait(interval * (0.9 + 0.2 * Math.random()));
    }
  };

  // Ends by its waits being aborted, and in no other way.
  const ended = goRound().catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
};
