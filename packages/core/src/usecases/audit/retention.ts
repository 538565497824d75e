// Removes old events, the oldest of each chain first. A sealed anchor then records where the chain begins.
import type { AuditStore, SealedAuditEvent } from '../../ports/audit-store.ts';
import type { System } from '../../ports/system.ts';
import { isGenuineAnchor, isGenuineEvent, sealAnchor } from './seals.ts';

interface Deps {
  readonly store: AuditStore;
  readonly system: Pick<System, 'clock' | 'mac'>;
}

/** The number of old checkpoints to keep, for comparison with exported ones. */
const keptCheckpoints = 1000;

export interface RetentionResult {
  readonly removed: number;
  /** Chains whose oldest events are not genuine. They stay as evidence. */
  readonly suspect: readonly string[];
}

/** Removes one batch from each chain. `before`: milliseconds since 1970. Call it again until it removes nothing. */
export const makeApplyRetention = ({ store, system: { clock, mac } }: Deps) => {
  /** The oldest events of a chain that may be removed: without gaps, genuine, and old enough. */
  const removable = (events: readonly SealedAuditEvent[], from: number, before: number) => {
    let expected = from + 1;
    let last: SealedAuditEvent | undefined;
    for (const event of events) {
      if (event.time >= before) break;
      if (event.sequence !== expected || !isGenuineEvent(mac, event)) return { last, isSuspect: true };
      last = event;
      expected += 1;
    }
    return { last, isSuspect: false };
  };

  const genuineAnchors = async (): Promise<ReadonlyMap<string, number>> => {
    const anchors = (await store.anchors()).filter((anchor) => isGenuineAnchor(mac, anchor));
    return new Map(anchors.map(({ chain, sequence }) => [chain, sequence]));
  };

  return async (before: number, limit: number): Promise<RetentionResult> => {
    const time = clock.milliseconds?.() ?? clock.now() * 1000;
    const anchored = await genuineAnchors();
    let removed = 0;
    const suspect: string[] = [];
    for (const { chain } of await store.heads('known')) {
      const from = anchored.get(chain) ?? 0;
      const { last, isSuspect } = removable(await store.readChain(chain, from, limit), from, before);
      // Another node may have removed events since the anchors were read.
      if (isSuspect && ((await genuineAnchors()).get(chain) ?? 0) === from) suspect.push(chain);
      if (last) removed += await store.prune(sealAnchor(mac, { chain, sequence: last.sequence, mac: last.mac, time }));
    }
    const latest = await store.latestCheckpoint();
    if (latest) await store.removeCheckpointsBefore(latest.number - keptCheckpoints);
    return { removed, suspect };
  };
};
