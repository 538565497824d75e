// Removes expired rows at regular intervals, in small batches with a pause between them, on one node at a time.
import type { CleanResult, Provider } from '@claviger/core';
import { type JobReport, type PeriodicJob, type PeriodicJobLog, type Round, startPeriodicJob } from './periodic-job.ts';

export interface CleanerOptions {
  readonly clean: Provider['admin']['cleanExpired'];
  readonly log: PeriodicJobLog;
  /** Milliseconds between two rounds, plus or minus a tenth. */
  readonly interval: number;
  /** Rows of each kind per batch. Default 500. */
  readonly batch?: number;
  /** Milliseconds between two batches, so that requests are served in between. Default 50. */
  readonly pause?: number;
  readonly report?: JobReport | undefined;
  /** Called with the rows that each batch removed. */
  readonly onRemoved?: ((removed: Removed) => void) | undefined;
}

export type Removed = Omit<Extract<CleanResult, { outcome: 'cleaned' }>, 'outcome'>;

const nothing: Removed = { flows: 0, loginSessions: 0, consents: 0, tokens: 0, leases: 0 };

export const startCleaner = ({
  clean,
  log,
  interval,
  report,
  onRemoved,
  batch = 500,
  pause = 50,
}: CleanerOptions): PeriodicJob => {
  const run = async ({ holder, signal, wait }: Round): Promise<void> => {
    let total = nothing;
    try {
      for (;;) {
        const { outcome, ...removed } = { ...nothing, ...(await clean({ limit: batch, holder })) };
        total = sum(total, removed);
        onRemoved?.(removed);
        const isFull = Object.values(removed).some((rows) => rows >= batch);
        if (outcome === 'lease-not-acquired' || !isFull || signal.aborted) break;
        await wait(pause);
      }
    } finally {
      if (Object.values(total).some((rows) => rows > 0)) log.info({ removed: total }, 'expired rows removed');
    }
  };
  return startPeriodicJob({ name: 'cleaning', log, interval, run, report });
};

const sum = (a: Removed, b: Removed): Removed => ({
  flows: a.flows + b.flows,
  loginSessions: a.loginSessions + b.loginSessions,
  consents: a.consents + b.consents,
  tokens: a.tokens + b.tokens,
  leases: a.leases + b.leases,
});
