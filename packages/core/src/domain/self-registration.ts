// The metadata that a client may register for itself (RFC 7591 §2, OpenID Connect Registration §2), and the defaults.
// Such clients are not trusted: only an administrator can set metadata that is not listed here.
import { oauthError } from '../errors/oauth-error.ts';
import { authMethods, type ProposedMetadata } from './client.ts';
import type { JwkSet } from './jwk.ts';
import { isPrivate } from './jwk.ts';
import { checkOwnRedirectUris } from './own-redirect-uris.ts';
import { isSupportedResponseType } from './response-type.ts';
import { firstMalformed, firstNotAllowed, parseScope, type ScopeStrategy } from './scope.ts';
import { isWebUrl } from './web-url.ts';

/** Only administrators can set a new member of ClientMetadata until it is added here. */
export const selfRegisteredMembers = [
  'name',
  'redirectUris',
  'grantTypes',
  'responseTypes',
  'scope',
  'policyUri',
  'tosUri',
  'clientUri',
  'logoUri',
  'contacts',
  'subjectType',
  'sectorIdentifierUri',
  'jwksUri',
  'jwks',
  'tokenEndpointAuthMethod',
  'requestUris',
  'requestObjectSigningAlg',
  'userinfoSignedResponseAlg',
  'idTokenSignedResponseAlg',
  'defaultMaxAge',
  'requireAuthTime',
  'defaultAcrValues',
  'applicationType',
  'initiateLoginUri',
] as const satisfies readonly (keyof ProposedMetadata)[];

export type SelfRegisteredMetadata = Pick<ProposedMetadata, (typeof selfRegisteredMembers)[number]>;

export interface RegistrationPolicy {
  readonly allowedScope: readonly string[];
  /** For clients that act for a person; '' registers all that is allowed. */
  readonly defaultScope: string;
  readonly scopeStrategy: ScopeStrategy;
  /** Anyone may register, so a client gets no tokens without a person's grant. */
  readonly open: boolean;
}

/**
 * Returns the metadata to store. `current` is the client's present metadata: the client may keep its values, and
 * members set by an administrator stay. Throws invalid_redirect_uri and invalid_client_metadata, which name the member.
 */
export const selfRegisteredMetadata = (
  sent: SelfRegisteredMetadata,
  current: ProposedMetadata,
  policy: RegistrationPolicy,
): ProposedMetadata => {
  const complete = { ...current, ...own(sent), ...grantsOf(sent), applicationType: sent.applicationType ?? 'web' };
  checkAuthMethod(complete);
  checkGrants(complete, current, policy);
  checkOwnRedirectUris(complete);
  checkTexts(complete);
  checkLinks(complete);
  checkKeys(complete.jwks);
  checkSector(complete);
  return { ...complete, scope: scopeOf(complete, current, policy) };
};

/** Drops other members at run time too, where types do not help. */
const own = (sent: SelfRegisteredMetadata): SelfRegisteredMetadata =>
  Object.fromEntries(selfRegisteredMembers.map((member) => [member, sent[member]])) as SelfRegisteredMetadata;

const refuse = (hint: string) => oauthError('invalid_client_metadata', hint);

/** RFC 7591 §2.1: which grant types a response type needs. */
const grantTypesFor = (responseType: string): readonly string[] => {
  const words = parseScope(responseType);
  return [
    ...(words.includes('code') ? ['authorization_code'] : []),
    ...(words.includes('token') || words.includes('id_token') ? ['implicit'] : []),
  ];
};

/** RFC 7591 §2: authorization_code and code, unless what was sent says more. */
const grantsOf = ({ grantTypes, responseTypes }: SelfRegisteredMetadata) => {
  const needed = [...new Set(responseTypes.flatMap(grantTypesFor))];
  const grants = grantTypes.length > 0 ? grantTypes : needed.length > 0 ? needed : ['authorization_code'];
  const usual = grants.includes('authorization_code') ? ['code'] : [];
  return { grantTypes: grants, responseTypes: responseTypes.length > 0 ? responseTypes : usual };
};

const checkAuthMethod = ({ tokenEndpointAuthMethod: method, grantTypes }: ProposedMetadata): void => {
  if (method !== null && !authMethods.some((known) => known === method)) {
    throw refuse(`token_endpoint_auth_method ${JSON.stringify(method)} is not one of ${authMethods.join(', ')}.`);
  }
  // RFC 6749 §4.4: confidential clients only.
  if (method === 'none' && grantTypes.includes('client_credentials')) {
    throw refuse('grant_types: a client with token_endpoint_auth_method "none" cannot use client_credentials.');
  }
};

const grantTypes = ['authorization_code', 'implicit', 'refresh_token'];

const checkGrants = (sent: ProposedMetadata, current: ProposedMetadata, { open }: RegistrationPolicy): void => {
  const allowed = [...grantTypes, ...(open ? [] : ['client_credentials']), ...current.grantTypes];
  const excess = sent.grantTypes.find((type) => !allowed.includes(type));
  if (excess !== undefined) {
    throw refuse(`grant_types: ${JSON.stringify(excess)} may not be registered by clients themselves.`);
  }
  for (const type of sent.responseTypes) {
    if (!isSupportedResponseType(type)) {
      throw refuse(`response_types: ${JSON.stringify(type)} is not supported.`);
    }
    // RFC 7591 §2.1: the server should make sure that the two are consistent.
    const missing = grantTypesFor(type).find((needed) => !sent.grantTypes.includes(needed));
    if (missing) throw refuse(`response_types: ${JSON.stringify(type)} requires ${missing} in grant_types.`);
  }
  if (
    sent.grantTypes.includes('implicit') &&
    sent.responseTypes.every((type) => !grantTypesFor(type).includes('implicit'))
  ) {
    throw refuse('grant_types: implicit requires a response type with token or id_token in response_types.');
  }
};

/** Pages and logs show these texts, so control characters and characters that change the text direction are refused. */
const control = /[\p{Cc}\p{Bidi_Control}]/u;

const checkTexts = ({ name, contacts }: ProposedMetadata): void => {
  if (name !== null && control.test(name)) throw refuse('client_name must not have control characters.');
  if (contacts.some((contact) => control.test(contact))) throw refuse('contacts must not have control characters.');
};

/** Links and pictures on login pages: never a scheme that a browser runs as script. */
const checkLinks = (metadata: ProposedMetadata): void => {
  const links = {
    client_uri: metadata.clientUri,
    logo_uri: metadata.logoUri,
    policy_uri: metadata.policyUri,
    tos_uri: metadata.tosUri,
  };
  for (const [member, uri] of Object.entries(links)) {
    if (uri !== null && !isWebUrl(uri)) throw refuse(`${member} must be an http or https URL.`);
  }
  const fetched = [
    ...[metadata.jwksUri, metadata.sectorIdentifierUri].map((uri, index) => ({
      member: index === 0 ? 'jwks_uri' : 'sector_identifier_uri',
      uri,
    })),
    ...metadata.requestUris.map((uri) => ({ member: 'request_uris', uri })),
  ];
  const bad = fetched.find(({ uri }) => uri !== null && !isWebUrl(uri, ['https:']));
  if (bad) throw refuse(`${bad.member}: ${JSON.stringify(bad.uri)} is not an https URL.`);
};

/** OpenID Connect Registration §2: public keys. A private one that was sent is no longer private. */
const checkKeys = (jwks: JwkSet | null): void => {
  const index = jwks?.keys.findIndex(isPrivate) ?? -1;
  if (index >= 0) throw refuse(`jwks.keys[${index}] has private members; register the public key only.`);
};

/** OpenID Connect Core §8.1: the sector is the host of the redirect URI, unless there are several, or none. */
const checkSector = ({ subjectType, sectorIdentifierUri, redirectUris }: ProposedMetadata): void => {
  if (subjectType !== 'pairwise' || sectorIdentifierUri !== null) return;
  if (redirectUris.length !== 1 || !redirectUris.every((uri) => isWebUrl(uri))) {
    throw refuse(
      'sector_identifier_uri is required for pairwise subjects, unless the client has exactly one redirect URI and it has a host.',
    );
  }
};

const scopeOf = (sent: ProposedMetadata, current: ProposedMetadata, policy: RegistrationPolicy): string => {
  const { allowedScope, defaultScope, scopeStrategy } = policy;
  const wanted = parseScope(sent.scope);
  // Nobody logs in to a client that acts only for itself, so it needs neither `openid` nor refresh tokens.
  if (wanted.length === 0 && sent.grantTypes.every((type) => type === 'client_credentials')) return '';
  if (wanted.length === 0) return defaultScope || allowedScope.join(' ');
  const malformed = firstMalformed(wanted);
  if (malformed !== undefined) throw refuse(`scope: ${JSON.stringify(malformed)} is not a scope (RFC 6749 §3.3).`);
  const patterns = [...allowedScope, ...parseScope(defaultScope)];
  const kept = parseScope(current.scope);
  const excess = firstNotAllowed(
    scopeStrategy,
    patterns,
    wanted.filter((scope) => !kept.includes(scope)),
  );
  if (excess !== undefined)
    throw refuse(`scope: ${JSON.stringify(excess)} may not be registered by clients themselves.`);
  return wanted.join(' ');
};
