// What the MACs of the audit table cover. Each text begins with its version, so that the format can change.
import type { AuditAnchor, AuditCheckpoint, AuditEvent, ChainHead, SealedAuditEvent } from '../../ports/audit-store.ts';
import type { Mac } from '../../ports/system.ts';

const eventText = (event: Omit<SealedAuditEvent, 'mac'>): string =>
  JSON.stringify([
    1,
    event.chain,
    event.sequence,
    event.time,
    event.type,
    event.clientId,
    event.subject,
    event.data,
    event.keyId,
    event.previous,
  ]);

const headText = ({ chain, sequence, mac }: ChainHead): readonly unknown[] => [chain, sequence, mac];

const anchorText = (anchor: Omit<AuditAnchor, 'seal'>): string =>
  JSON.stringify([1, ...headText(anchor), anchor.time, anchor.keyId]);

const checkpointText = ({ number, time, heads, previous, keyId }: Omit<AuditCheckpoint, 'seal'>): string =>
  JSON.stringify([1, number, time, heads.map(headText), previous, keyId]);

export const sealEvent = (mac: Mac, event: AuditEvent, previous: string): SealedAuditEvent => {
  const sealed = { ...event, keyId: mac.keyIds('audit-event')[0] ?? '', previous, mac: '' };
  sealed.mac = mac.sign('audit-event', eventText(sealed));
  return sealed;
};

export const sealAnchor = (mac: Mac, anchor: Omit<AuditAnchor, 'seal' | 'keyId'>): AuditAnchor => {
  const open = { ...anchor, keyId: mac.keyIds('audit-anchor')[0] ?? '' };
  return { ...open, seal: mac.sign('audit-anchor', anchorText(open)) };
};

export const sealCheckpoint = (mac: Mac, checkpoint: Omit<AuditCheckpoint, 'seal' | 'keyId'>): AuditCheckpoint => {
  const open = { ...checkpoint, keyId: mac.keyIds('audit-checkpoint')[0] ?? '' };
  return { ...open, seal: mac.sign('audit-checkpoint', checkpointText(open)) };
};

export const isGenuineEvent = (mac: Mac, event: SealedAuditEvent): boolean =>
  mac.verify('audit-event', eventText(event), event.mac);

export const isGenuineAnchor = (mac: Mac, anchor: AuditAnchor): boolean =>
  mac.verify('audit-anchor', anchorText(anchor), anchor.seal);

export const isGenuineCheckpoint = (mac: Mac, checkpoint: AuditCheckpoint): boolean =>
  mac.verify('audit-checkpoint', checkpointText(checkpoint), checkpoint.seal);
