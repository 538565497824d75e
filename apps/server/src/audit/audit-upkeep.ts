// Regular work on the audit table: checkpoints, which the first node writes, and retention.
import { type AuditStore, makeApplyRetention, makeWriteCheckpoint, type System } from '@claviger/core';
import type { Config } from '../config.ts';
import type { PeriodicJobLog, Round } from '../periodic-job.ts';

/** Rows of one chain in one batch. */
const batch = 1000;

export const makeAuditUpkeep = (
  store: AuditStore,
  system: System,
  log: Pick<PeriodicJobLog, 'error'>,
  { retention, checkpointInterval }: Config['audit'],
) => {
  const writeCheckpoint = makeWriteCheckpoint({ store, system });
  const retain = makeApplyRetention({ store, system });
  const reported = new Set<string>();
  const report = (suspect: readonly string[]): void => {
    const chains = suspect.filter((chain) => !reported.has(chain));
    if (chains.length === 0) return;
    for (const chain of chains) reported.add(chain);
    log.error({ chains }, 'old audit events were not removed, because they are not genuine');
  };
  return async ({ signal, wait }: Pick<Round, 'signal' | 'wait'>): Promise<void> => {
    // A little shorter than the interval, because rounds vary by a tenth.
    await writeCheckpoint(checkpointInterval * 900);
    if (retention === 0) return;
    const before = system.clock.now() * 1000 - retention * 1000;
    for (;;) {
      const { removed, suspect } = await retain(before, batch);
      report(suspect);
      if (removed === 0 || signal.aborted) return;
      await wait(50);
    }
  };
};
