// What a client may register, and the defaults for what it leaves out (OpenID Connect Registration §2, 2018 API).
import { oauthError } from '../errors/oauth-error.ts';
import { standardClaimsPlaces } from './claims-request.ts';
import { authMethods, type ClientMetadata, grantTypes, type ProposedMetadata } from './client.ts';
import { asymmetricAlgorithms, macAlgorithms } from './client-jws-algorithms.ts';
import { checkLifespans } from './client-lifespans.ts';
import { canVerify, faultyMember, isOfKnownType } from './jwk.ts';
import { isSupportedResponseType, supportedResponseTypes } from './response-type.ts';
import { firstMalformed, parseScope } from './scope.ts';
import type { Seconds } from './time.ts';
import { accessTokenStrategies } from './token.ts';
import { isWebUrl, redirectUriFault } from './web-url.ts';

/** A registration: the metadata and the secret that was sent, if any. */
export interface Registration {
  readonly metadata: ProposedMetadata;
  readonly secret?: string | undefined;
}

/** The values that the server's settings and keys allow. */
export interface RegistrationLimits {
  readonly defaultClientScope: string;
  readonly minClientSecretLength: number;
  /** Accept values that the server does not support, as in the 2018 API. */
  readonly laxClientMetadata: boolean;
  readonly subjectTypes: readonly string[];
  readonly signingAlgorithms: readonly string[];
  readonly maxClientTokenLifespan: Seconds;
}

/**
 * The metadata as it will be stored, defaults filled in. Throws invalid_request, naming the member. The order of the
 * rules is that of the 2018 API, so a request with several faults gets the same error.
 */
export const registeredMetadata = ({ metadata, secret }: Registration, limits: RegistrationLimits): ClientMetadata => {
  const complete = {
    ...metadata,
    tokenEndpointAuthMethod: metadata.tokenEndpointAuthMethod ?? 'client_secret_basic',
    scope: metadata.scope || limits.defaultClientScope,
    userinfoSignedResponseAlg: metadata.userinfoSignedResponseAlg ?? 'none',
    subjectType: metadata.subjectType ?? 'public',
  };
  checkKeys(complete, limits.laxClientMetadata);
  checkSecret(secret, limits.minClientSecretLength);
  checkSectorIdentifier(complete);
  checkSigningAlgorithms(complete, limits.signingAlgorithms);
  checkRequestObjects(complete);
  checkDefaultMaxAge(complete);
  checkLifespans(complete, limits.maxClientTokenLifespan);
  for (const uri of complete.redirectUris) checkRedirectUri(uri, limits.laxClientMetadata);
  checkScope(complete);
  checkSubjectType(complete, limits.subjectTypes);
  checkAccessTokenStrategy(complete);
  checkStandardClaims(complete);
  checkAudience(complete);
  checkApplicationType(complete);
  checkInitiateLoginUri(complete);
  checkLinks(complete);
  if (!limits.laxClientMetadata) checkSupported(complete);
  // Every value was checked above. Those of checkSupported may be unsupported with laxClientMetadata.
  return complete as ClientMetadata;
};

/** `asIn2018`: a key of an unknown type is refused, and a set without a usable key is accepted. */
const checkKeys = ({ tokenEndpointAuthMethod, jwks, jwksUri }: ProposedMetadata, asIn2018: boolean): void => {
  if (tokenEndpointAuthMethod === 'private_key_jwt' && !jwks && !jwksUri) {
    throw oauthError('invalid_request', 'token_endpoint_auth_method private_key_jwt needs jwks or jwks_uri.');
  }
  // OpenID Connect Registration §2: jwks_uri and jwks MUST NOT be used together.
  if (jwks && jwksUri) throw oauthError('invalid_request', 'Only one of jwks and jwks_uri can be set.');
  for (const [index, key] of (jwks?.keys ?? []).entries()) {
    const member = asIn2018 || isOfKnownType(key) ? faultyMember(key) : undefined;
    if (member)
      throw oauthError('invalid_request', `jwks.keys[${index}].${member} does not fit any supported type of key.`);
  }
  const isUseless = !asIn2018 && jwks !== null && !jwks.keys.some((key) => canVerify(key, asymmetricAlgorithms));
  if (tokenEndpointAuthMethod === 'private_key_jwt' && isUseless) {
    throw oauthError(
      'invalid_request',
      'jwks has no key that this server can verify a signature with: RSA, EC (P-256, P-384, P-521) or OKP (Ed25519), with the use "sig".',
    );
  }
};

/** With defaults. */
type Complete = ProposedMetadata & {
  readonly tokenEndpointAuthMethod: string;
  readonly userinfoSignedResponseAlg: string;
  readonly subjectType: string;
};

const includes = (list: readonly string[], value: string): boolean => list.includes(value);

/** Checked here, because a misspelt value would otherwise be noticed only when the client is used. */
const checkSupported = (metadata: Complete): void => {
  const refuse = (member: string, value: string, supported: readonly string[]) =>
    oauthError('invalid_request', `${member}: ${JSON.stringify(value)} is not one of ${supported.join(', ')}.`);
  const grantType = metadata.grantTypes.find((type) => !includes(grantTypes, type));
  if (grantType !== undefined) throw refuse('grant_types', grantType, grantTypes);
  const responseType = metadata.responseTypes.find((type) => !isSupportedResponseType(type));
  if (responseType !== undefined) throw refuse('response_types', responseType, supportedResponseTypes);
  const method = metadata.tokenEndpointAuthMethod;
  if (!includes(authMethods, method)) throw refuse('token_endpoint_auth_method', method, authMethods);
};

const checkSecret = (secret: string | undefined, minLength: number): void => {
  if (secret !== undefined && new TextEncoder().encode(secret).length < minLength) {
    throw oauthError('invalid_request', `client_secret must have at least ${minLength} bytes.`);
  }
};

/** OpenID Connect Registration §5. What the document says is checked by check-sector-identifier.ts. */
const checkSectorIdentifier = ({ sectorIdentifierUri }: ProposedMetadata): void => {
  if (sectorIdentifierUri !== null && !isWebUrl(sectorIdentifierUri, ['https:'])) {
    throw oauthError('invalid_request', 'sector_identifier_uri must be an https URL.');
  }
};

/** OpenID Connect Registration §2. `none` is refused: anyone could make such an ID token. */
const checkSigningAlgorithms = (metadata: Complete, supported: readonly string[]): void => {
  const { userinfoSignedResponseAlg: userinfo, idTokenSignedResponseAlg: idToken } = metadata;
  const list = supported.join(', ');
  if (userinfo !== 'none' && !supported.includes(userinfo)) {
    throw oauthError('invalid_request', `userinfo_signed_response_alg must be one of none, ${list}.`);
  }
  if (idToken !== null && !supported.includes(idToken)) {
    throw oauthError('invalid_request', `id_token_signed_response_alg must be one of ${list}.`);
  }
};

const checkStandardClaims = ({ standardClaims }: ProposedMetadata): void => {
  if (standardClaims !== null && !standardClaimsPlaces.some((known) => known === standardClaims)) {
    throw oauthError('invalid_request', `standard_claims must be one of ${standardClaimsPlaces.join(', ')}.`);
  }
};

const checkAccessTokenStrategy = ({ accessTokenStrategy }: ProposedMetadata): void => {
  if (accessTokenStrategy !== null && !accessTokenStrategies.some((known) => known === accessTokenStrategy)) {
    throw oauthError('invalid_request', `access_token_strategy must be one of ${accessTokenStrategies.join(', ')}.`);
  }
};

/**
 * OpenID Connect Registration §2. A MAC needs a secret that can be opened, which only client_secret_jwt keeps. Whether
 * a URI is https and of a public host is checked when it is fetched.
 */
const checkRequestObjects = (metadata: ProposedMetadata): void => {
  const { requestObjectSigningAlg: alg, requestUris, tokenEndpointAuthMethod } = metadata;
  const macs = tokenEndpointAuthMethod === 'client_secret_jwt' ? macAlgorithms : [];
  const possible: readonly string[] = ['none', ...asymmetricAlgorithms, ...macs];
  if (alg !== null && !possible.includes(alg)) {
    throw oauthError('invalid_request', `request_object_signing_alg must be one of ${possible.join(', ')}.`);
  }
  for (const uri of requestUris) {
    if (isWebUrl(uri)) continue;
    throw oauthError('invalid_request', `request_uris: ${JSON.stringify(uri)} is not an https URL.`);
  }
};

const checkDefaultMaxAge = ({ defaultMaxAge }: ProposedMetadata): void => {
  if (defaultMaxAge !== null && !(Number.isSafeInteger(defaultMaxAge) && defaultMaxAge >= 0)) {
    throw oauthError('invalid_request', 'default_max_age must be a number of seconds, 0 or more.');
  }
};

const checkRedirectUri = (uri: string, lax: boolean): void => {
  const fault = redirectUriFault(uri, lax);
  if (fault) throw oauthError('invalid_request', `redirect_uris: ${JSON.stringify(uri)} ${fault}.`);
};

/** Login pages link to these, or this server fetches them. */
const checkLinks = ({ clientUri, logoUri, policyUri, tosUri, jwksUri }: ProposedMetadata): void => {
  const links = { client_uri: clientUri, logo_uri: logoUri, policy_uri: policyUri, tos_uri: tosUri, jwks_uri: jwksUri };
  for (const [member, uri] of Object.entries(links)) {
    if (uri !== null && !isWebUrl(uri)) throw oauthError('invalid_request', `${member} must be an http or https URL.`);
  }
};

/** RFC 6749 §3.3. */
const checkScope = ({ scope }: ProposedMetadata): void => {
  const malformed = firstMalformed(parseScope(scope));
  if (malformed !== undefined) {
    throw oauthError(
      'invalid_request',
      `scope: ${JSON.stringify(malformed)} is not a scope. A scope is printable ASCII without spaces, quotation marks or backslashes.`,
    );
  }
};

const checkSubjectType = ({ subjectType }: Complete, supported: readonly string[]): void => {
  if (!supported.includes(subjectType)) {
    throw oauthError(
      'invalid_request',
      `subject_type ${JSON.stringify(subjectType)} is not one of ${supported.join(', ')}.`,
    );
  }
};

/** Spaces separate audiences in a request, so an audience cannot contain one. */
const checkAudience = ({ audience }: ProposedMetadata): void => {
  const faulty = audience.find((entry) => !/^[^\s\p{Cc}]+$/u.test(entry));
  if (faulty !== undefined) {
    throw oauthError('invalid_request', `audience: ${JSON.stringify(faulty)} is empty or contains white space.`);
  }
};

const checkApplicationType = ({ applicationType }: ProposedMetadata): void => {
  if (applicationType !== null && !['web', 'native'].includes(applicationType)) {
    throw oauthError('invalid_request', 'application_type must be "web" or "native".');
  }
};

/** OpenID Connect Registration §2: it MUST be https. Browsers are redirected there, so no other scheme works. */
const checkInitiateLoginUri = ({ initiateLoginUri }: ProposedMetadata): void => {
  if (initiateLoginUri !== null && !isWebUrl(initiateLoginUri, ['https:'])) {
    throw oauthError('invalid_request', 'initiate_login_uri must be an https URL.');
  }
};
