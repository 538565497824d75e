// Records of stores that keep JSON, which migrations do not change. Fills in the members that earlier releases did not
// have.
import type { AuthorizationRequest } from './authorization-request.ts';
import {
  type Client,
  type ClientMetadata,
  type ConfidentialClient,
  emptyClientMetadata,
  incarnationByTime,
  withSecret,
} from './client.ts';
import type { Consent } from './consent.ts';
import type { Flow, FlowLogin, LoginAcceptance } from './flow.ts';
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

/** Members of the metadata that stores keep as '' when they are unset, as earlier releases read and write them. */
const textsOfMetadata = [
  'name',
  'owner',
  'policyUri',
  'tosUri',
  'clientUri',
  'logoUri',
  'sectorIdentifierUri',
  'jwksUri',
  'requestObjectSigningAlg',
  'idTokenSignedResponseAlg',
  'accessTokenStrategy',
  'standardClaims',
  'applicationType',
  'initiateLoginUri',
] as const;

/** The metadata as stores keep it. */
export type StoredMetadata = Omit<ClientMetadata, (typeof textsOfMetadata)[number]> & {
  readonly [Text in (typeof textsOfMetadata)[number]]: string;
};

/**
 * A client as stores keep it: `secretHash` is `storedSecret` under the name that earlier releases read, '' for a client
 * without a secret.
 */
export type StoredClient = Omit<ConfidentialClient, 'storedSecret' | 'metadata'> & {
  readonly metadata: StoredMetadata;
  readonly secretHash: string;
};

/** `incarnation` is absent or null in records of the previous release. */
type StoredBefore = Omit<StoredClient, 'incarnation'> & { readonly incarnation?: string | null };

export const toStoredClient = ({ storedSecret, metadata, ...client }: Client): StoredClient => {
  const stored: Record<string, unknown> = { ...metadata };
  for (const text of textsOfMetadata) stored[text] ??= '';
  return { ...client, metadata: stored as unknown as StoredMetadata, secretHash: storedSecret ?? '' };
};

/** Earlier releases stored a secret for public clients too. It is dropped. */
export const completeClient = ({ secretHash, metadata: stored, ...client }: StoredBefore): Client => {
  const metadata: Record<string, unknown> = { ...emptyClientMetadata, ...stored };
  for (const text of textsOfMetadata) if (metadata[text] === '') metadata[text] = null;
  return {
    ...client,
    ...withSecret(metadata as unknown as ClientMetadata, secretHash === '' ? null : secretHash),
    incarnation: client.incarnation ?? incarnationByTime(client.createdAt),
  };
};

/** Parameters of the request that stores keep as '' when they were not sent, as earlier releases read and write them. */
const textsOfRequest = ['sentRedirectUri', 'state', 'nonce', 'codeChallenge', 'idTokenHintSubject'] as const;

type TextOfRequest = (typeof textsOfRequest)[number];

/** A flow as stores keep it. */
export type StoredFlow = Omit<Flow, 'request' | 'login'> & {
  readonly request: Omit<AuthorizationRequest, TextOfRequest> & { readonly [Text in TextOfRequest]: string };
  readonly login: Omit<FlowLogin, 'subject' | 'accepted'> & {
    readonly subject: string;
    readonly accepted:
      | (Omit<LoginAcceptance, 'forceSubjectIdentifier'> & { readonly forceSubjectIdentifier: string })
      | null;
  };
};

export const toStoredFlow = (flow: Flow): StoredFlow => {
  const { request, login } = flow;
  const { accepted } = login;
  return {
    ...flow,
    request: {
      ...request,
      sentRedirectUri: request.sentRedirectUri ?? '',
      state: request.state ?? '',
      nonce: request.nonce ?? '',
      codeChallenge: request.codeChallenge ?? '',
      idTokenHintSubject: request.idTokenHintSubject ?? '',
    },
    login: {
      ...login,
      subject: login.subject ?? '',
      accepted: accepted && { ...accepted, forceSubjectIdentifier: accepted.forceSubjectIdentifier ?? '' },
    },
  };
};

/** Replaces '' by null in a record that was just parsed, so nothing else refers to it. */
const withNulls = (stored: StoredFlow): Flow => {
  const { request, login } = stored as unknown as {
    request: Record<TextOfRequest, string | null>;
    login: { subject: string | null; accepted: { forceSubjectIdentifier: string | null } | null };
  };
  for (const text of textsOfRequest) if (request[text] === '') request[text] = null;
  if (login.subject === '') login.subject = null;
  if (login.accepted?.forceSubjectIdentifier === '') login.accepted.forceSubjectIdentifier = null;
  return stored as unknown as Flow;
};

/** Takes a record that nothing else refers to, and may change it. */
export const completeFlow = (stored: StoredFlow): Flow => {
  const flow = filled(later.flow, withNulls(stored));
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
