// Work that repeats at regular intervals, at a different time on each node, until the server stops.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@claviger/core';
import { reasonOf } from '@claviger/http';

export interface PeriodicJobLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface PeriodicJob {
  /** Resolves when the current round, if any, has ended. */
  stop(): Promise<void>;
}

export interface Round {
  /** The unique name of this process. */
  readonly holder: string;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** Rejects if the server stops in the meantime. */
  wait(milliseconds: number): Promise<void>;
}

export interface PeriodicJobOptions {
  /** Its name in the log, such as `cleaning`. */
  readonly name: string;
  readonly log: PeriodicJobLog;
  /** Milliseconds between two rounds, plus or minus a tenth. */
  readonly interval: number;
  readonly run: (round: Round) => Promise<void>;
  /** Called after every round, except for one that is interrupted when the server stops. */
  readonly report?: JobReport | undefined;
}

export type JobReport = (name: string, outcome: 'ok' | 'error') => void;

/** The first round starts at a random time within one interval, so that nodes that start together do not run together. */
export const startPeriodicJob = ({ name, log, interval, run, report }: PeriodicJobOptions): PeriodicJob => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const wait = (milliseconds: number): Promise<void> => sleep(milliseconds, undefined, { signal, ref: false });
  // A process id is not enough: another machine, or a process after a restart, may have the same one.
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

  // Ends only when its waits are aborted.
  const ended = goRound().catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
};
