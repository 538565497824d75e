// Waiting for another process that writes to the same SQLite file, without holding up the event loop. SQLite itself waits
// inside its call: nothing else of this process runs meanwhile, not even the answer that it is alive.
import { setTimeout as sleep } from 'node:timers/promises';
import { sqliteCode } from './failures.ts';

/** Milliseconds that one call may wait inside SQLite. Writers of the same machine are mostly done by then. */
export const busyInsideMs = 5;

export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error));

/** Milliseconds until the next attempt, drawn so that several processes do not keep meeting each other. */
export const pauseWhenBusy = (): number => 5 + Math.random() * 20;

/** Repeats what fails because somebody else writes, for so long. */
export const unlessBusyFor = async <T>(limitMs: number, attempt: () => T): Promise<T> => {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await sleep(pauseWhenBusy());
  }
};
