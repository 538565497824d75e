// Checkpoints join the chains of all processes: one seal over the head of each. An exported checkpoint proves later that
// nothing before it was cut off.
import type { AuditCheckpoint, AuditStore, ChainHead } from '../../ports/audit-store.ts';
import type { System } from '../../ports/system.ts';
import { isGenuineAnchor, isGenuineCheckpoint, sealCheckpoint } from './seals.ts';

export type CheckpointResult =
  | { readonly outcome: 'saved'; readonly checkpoint: AuditCheckpoint }
  /** The latest one is recent, or no event is newer. */
  | { readonly outcome: 'not-due' }
  /** Another node has just saved one. */
  | { readonly outcome: 'number-taken' };

interface Deps {
  readonly store: AuditStore;
  readonly system: Pick<System, 'clock' | 'mac'>;
}

/**
 * A head never goes back. Where the table has less than the checkpoint before, because rows were cut off, the old head
 * stays as evidence. Only an anchor, which says that retention removed the rows, replaces it.
 */
const joined = (
  before: readonly ChainHead[],
  current: readonly ChainHead[],
  anchored: ReadonlyMap<string, number>,
): readonly ChainHead[] => {
  const heads = new Map(current.map((head) => [head.chain, head]));
  for (const head of before) {
    const isRemoved = (anchored.get(head.chain) ?? 0) >= head.sequence;
    if (!isRemoved && head.sequence > (heads.get(head.chain)?.sequence ?? 0)) heads.set(head.chain, head);
  }
  return [...heads.values()].sort((one, other) => (one.chain < other.chain ? -1 : 1));
};

const isSame = (one: readonly ChainHead[], other: readonly ChainHead[]): boolean =>
  one.length === other.length && one.every(({ mac }, index) => mac === other[index]?.mac);

/** `minimumAge`: milliseconds that must have passed since the latest checkpoint. */
export const makeWriteCheckpoint =
  ({ store, system: { clock, mac } }: Deps) =>
  async (minimumAge: number): Promise<CheckpointResult> => {
    const time = clock.milliseconds?.() ?? clock.now() * 1000;
    const stored = await store.latestCheckpoint();
    if (stored && time - stored.time < minimumAge) return { outcome: 'not-due' };
    // A forged checkpoint proves nothing, so its heads do not count. Verification reports it.
    const before = stored && isGenuineCheckpoint(mac, stored) ? stored.heads : [];
    const anchors = (await store.anchors()).filter((anchor) => isGenuineAnchor(mac, anchor));
    const anchored = new Map(anchors.map(({ chain, sequence }) => [chain, sequence]));
    const heads = joined(before, await store.heads('known'), anchored);
    if (stored && isSame(heads, stored.heads)) return { outcome: 'not-due' };
    const checkpoint = sealCheckpoint(mac, {
      number: (stored?.number ?? 0) + 1,
      time,
      heads,
      previous: stored?.seal ?? '',
    });
    const saved = await store.saveCheckpoint(checkpoint);
    return saved === 'saved' ? { outcome: 'saved', checkpoint } : { outcome: 'number-taken' };
  };
