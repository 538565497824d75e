// Waits for another process that writes to the same SQLite file, without blocking the event loop. SQLite's own wait blocks
// this process, including its health checks.
import { setTimeout as sleep } from 'node:timers/promises';
import { sqliteCode } from './failures.ts';

/** How long one call may wait inside SQLite, in milliseconds. Most writers are done by then. */
export const busyInsideMs = 5;

export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error));

/** Milliseconds until the next attempt. Random, so that several processes do not keep colliding. */
export const pauseWhenBusy = (): number => 5 + Math.random() * 20;

/** Repeats an attempt that fails because another process writes, until `limitMs` have passed. */
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
