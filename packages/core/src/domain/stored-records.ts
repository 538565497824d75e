// Records as earlier versions of this server stored them: members that came later are filled in. For stores that keep a
// record's members as JSON, where no migration adds any.
import { type Client, emptyClientMetadata } from './client.ts';
import type { Consent } from './consent.ts';
import type { Flow } from './flow.ts';
import type { Grant } from './grant.ts';

const later = {
  request: { audience: [] },
  acceptance: { grantedAudience: [] },
  consent: { grantedAudience: [] },
  consentRequest: { requestedAudience: [] },
  grant: { requestedAudience: [], audience: [] },
};

/** The record itself when it lacks nothing, as nearly all do. */
const filled = <T extends object>(later: Partial<T>, record: T): T => {
  for (const name in later) if (!(name in record)) return { ...later, ...record };
  return record;
};

export const completeClient = (client: Client): Client => ({
  ...client,
  metadata: { ...emptyClientMetadata, ...client.metadata },
});

export const completeFlow = (flow: Flow): Flow => {
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
