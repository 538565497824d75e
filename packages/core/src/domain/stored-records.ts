// Records of stores that keep JSON, which migrations do not change. Fills in the members that earlier releases did not
// have.
import {
  type Client,
  type ClientMetadata,
  type ConfidentialClient,
  emptyClientMetadata,
  incarnationByTime,
  withSecret,
} from './client.ts';
import type { Consent, ConsentRequestSnapshot } from './consent.ts';
import type { Grant } from './grant.ts';
import { completeContext, type StoredOidcContext, toStoredContext } from './stored-flows.ts';
import { filled, setNulls, type WithTexts } from './stored-members.ts';

const later = {
  consent: { grantedAudience: [], clientIncarnation: null },
  consentRequest: { requestedAudience: [] },
  grant: { requestedAudience: [], audience: [], clientIncarnation: null },
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

/** A consent as stores keep it. */
export type StoredConsent = Omit<Consent, 'request'> & {
  readonly request: Omit<ConsentRequestSnapshot, 'oidcContext'> & { readonly oidcContext: StoredOidcContext };
};

export const toStoredConsent = (consent: Consent): StoredConsent => ({
  ...consent,
  request: { ...consent.request, oidcContext: toStoredContext(consent.request.oidcContext) },
});

export const completeConsent = (consent: StoredConsent): Consent => ({
  ...later.consent,
  ...consent,
  request: {
    ...later.consentRequest,
    ...consent.request,
    oidcContext: completeContext(consent.request.oidcContext),
  },
});

/** A grant as stores keep it. */
export type StoredGrant = WithTexts<Grant, 'acr'>;

/** Takes a record that nothing else refers to, and may change it. */
export const completeGrant = (stored: StoredGrant): Grant => {
  setNulls(stored, ['acr']);
  return filled<Grant>(later.grant, stored);
};
