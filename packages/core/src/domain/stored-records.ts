// Records as earlier versions of this server stored them: members that came later are filled in. For stores that keep a
// record's members as JSON, where no migration adds any.
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

/** The record itself when it lacks nothing, as nearly all do. */
const filled = <T extends object>(later: Partial<T>, record: T): T => {
  for (const name in later) if (!(name in record)) return { ...later, ...record };
  return record;
};

/** `incarnation` is absent, or null, in what the release before stored. */
export const completeClient = (client: Omit<Client, 'incarnation'> & { incarnation?: string | null }): Client => ({
  ...client,
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
