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

export const completeClient = (client: Client): Client => ({
  ...client,
  metadata: { ...emptyClientMetadata, ...client.metadata },
});

export const completeFlow = (flow: Flow): Flow => {
  const { consent } = flow;
  return {
    ...flow,
    request: { ...later.request, ...flow.request },
    consent: consent && { ...consent, accepted: consent.accepted && { ...later.acceptance, ...consent.accepted } },
  };
};

export const completeConsent = (consent: Consent): Consent => ({
  ...later.consent,
  ...consent,
  request: { ...later.consentRequest, ...consent.request },
});

export const completeGrant = (grant: Grant): Grant => ({ ...later.grant, ...grant });
