// Records of stores that keep JSON, which migrations do not change. Fills in the members that earlier releases did not
// have.
import { type Client, emptyClientMetadata, incarnationByTime } from './client.ts';
import type { Consent } from './consent.ts';
import type { Flow } from './flow.ts';
import type { Grant } from './grant.ts';

const later = {
  request: { audience: [] },
  acceptance: { grantedAudience: [] },
  consent: { grantedAudience: [], clientIncarnation: null },
  consentRequest: { requestedAudience: [] },
  grant: { requestedAudience: [], audience: [], clientIncarnation: null },
  flow: { clientIncarnation: null },
};

/** Returns the record itself if no member is missing, which is the usual case. */
const filled = <T extends object>(later: Partial<T>, record: T): T => {
  for (const name in later) if (!(name in record)) return { ...later, ...record };
  return record;
};

/** A client as stores keep it: `storedSecret` has the name that earlier releases read. */
export type StoredClient = Omit<Client, 'storedSecret'> & { readonly secretHash: string };

/** `incarnation` is absent or null in records of the previous release. */
type StoredBefore = Omit<StoredClient, 'incarnation'> & { readonly incarnation?: string | null };

export const toStoredClient = ({ storedSecret: secretHash, ...client }: Client): StoredClient => ({
  ...client,
  secretHash,
});

export const completeClient = ({ secretHash: storedSecret, ...client }: StoredBefore): Client => ({
  ...client,
  storedSecret,
  incarnation: client.incarnation ?? incarnationByTime(client.createdAt),
  metadata: { ...emptyClientMetadata, ...client.metadata },
});

export const completeFlow = (stored: Flow): Flow => {
  const flow = filled(later.flow, stored);
  const request = filled(later.request, flow.request);
  const accepted = flow.consent?.accepted && filled(later.acceptance, flow.consent.accepted);
  if (request === flow.request && accepted === flow.consent?.accepted) return flow;
  return { ...flow, request, consent: flow.consent && { ...flow.consent, accepted: accepted ?? null } };
};

export const completeConsent = (consent: Consent): Consent => ({
  ...later.consent,
  ...consent,
  request: { ...later.consentRequest, ...consent.request },
});

export const completeGrant = (grant: Grant): Grant => filled(later.grant, grant);
