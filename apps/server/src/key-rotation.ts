// Rotates the signing keys when they are due, at regular intervals and on one node at a time.
import type { Provider, Settings } from '@claviger/core';
import { type JobReport, type PeriodicJob, type PeriodicJobLog, type Round, startPeriodicJob } from './periodic-job.ts';

export interface KeyRotationOptions {
  readonly rotate: Provider['admin']['rotateKeys'];
  readonly log: PeriodicJobLog;
  /** Milliseconds between two rounds, plus or minus a tenth. */
  readonly interval: number;
  readonly report?: JobReport | undefined;
}

/** Rotation need not be exact to the minute. Short periods, as in a rehearsal, are checked more often. */
export const checkInterval = ({
  keyRotationInterval,
  keyPublishAhead,
}: Pick<Settings, 'keyRotationInterval' | 'keyPublishAhead'>): number => {
  const seconds = Math.min(keyRotationInterval, keyPublishAhead || keyRotationInterval) / 10;
  return Math.min(Math.max(seconds, 1), 600) * 1000;
};

export const startKeyRotation = ({ rotate, log, interval, report }: KeyRotationOptions): PeriodicJob => {
  const run = async ({ holder }: Round): Promise<void> => {
    const result = await rotate({ holder });
    if (result.outcome !== 'rotated') return;
    const { published, removed } = result;
    if (published.length > 0) log.info({ keys: published }, 'new signing keys published; they will sign later');
    if (removed.length > 0) log.info({ keys: removed }, 'retired signing keys removed');
  };
  return startPeriodicJob({ name: 'key rotation', log, interval, run, report });
};
