// Records for the contract. In the full ones no field has its zero value ('', 0, false, null, empty), because a store
// that drops a field would still return its zero value. A new field of a record breaks the build here first.
import type { AdminKey } from '../domain/admin-key.ts';
import type { AuthorizationRequest, OidcContext } from '../domain/authorization-request.ts';
import type { ConfidentialClient } from '../domain/client.ts';
import type { Consent } from '../domain/consent.ts';
import type { ConsentAcceptance, Flow, LoginAcceptance, Rejection } from '../domain/flow.ts';
import type { Grant, GrantSession } from '../domain/grant.ts';
import { asHashed, type Hashed } from '../domain/hashed.ts';
import type { LoginSession } from '../domain/login-session.ts';
import type { StoredKey } from '../domain/stored-key.ts';
import { type EpochSeconds, epochSeconds, seconds } from '../domain/time.ts';
import type { AuthorizationCode, ClientToken, GrantToken } from '../domain/token.ts';

/** In the year 2100: late enough that no store's own clock removes a record, and too large for a signed 32-bit integer. */
export const now = epochSeconds(4_102_444_800);

export const later = (by: number, than: EpochSeconds = now): EpochSeconds => epochSeconds(than + by);

/** The id of a grant, 16 bytes in base64url. `label`: at most 21 letters, digits, `-`, `_`. */
export const grantIdOf = (label: string): string => `${label.padEnd(21, '-')}A`;

/** A hash, 32 bytes in base64url. `label`: at most 42 letters, digits, `-`, `_`. */
export const hashOf = (label: string): Hashed => asHashed(`${label.padEnd(42, '-')}A`);

const session = (): Required<GrantSession> => ({
  accessToken: { role: 'admin', nested: { empty: {}, none: null, list: [1, 'two', [], false] }, zero: 0, text: '' },
  idToken: { 'https://example.org/claim': 'Zo\u00eb \u{1f510}', fraction: 0.1, negative: -7, big: 2 ** 53 - 1 },
});

const oidcContext = (): Required<OidcContext> => ({
  acrValues: ['urn:acr:1', 'urn:acr:2'],
  uiLocales: ['de', 'en'],
  display: 'page',
  loginHint: 'zoe@example.org',
  idTokenHintClaims: { sub: 'zoe', aud: ['app'] },
  claims: { userinfo: { email: { essential: true } }, id_token: { acr: { essential: true, values: ['urn:acr:1'] } } },
  claimsLocales: ['de-AT'],
});

const rejection = (): Required<Rejection> => ({
  error: 'access_denied',
  description: 'The person said no.',
  hint: 'Ask again.',
  debug: 'Form field `deny`.',
  statusCode: 403,
});

export const fullMetadata = (): Required<ConfidentialClient['metadata']> => ({
  name: 'An App',
  redirectUris: ['https://app.example.org/callback', 'https://app.example.org/other?a=b'],
  grantTypes: ['authorization_code', 'refresh_token'],
  responseTypes: ['code', 'code id_token'],
  scope: 'openid offline photos.*',
  audience: ['https://api.example.org/photos', 'reports'],
  owner: 'team-a',
  policyUri: 'https://app.example.org/policy',
  tosUri: 'https://app.example.org/terms',
  clientUri: 'https://app.example.org/',
  logoUri: 'https://app.example.org/logo.png',
  contacts: ['zoe@example.org', 'ops@example.org'],
  subjectType: 'public',
  sectorIdentifierUri: 'https://app.example.org/sector.json',
  jwksUri: 'https://app.example.org/jwks.json',
  jwks: { keys: [{ kty: 'EC', kid: 'k1', use: 'sig', alg: 'ES256', crv: 'P-256', x: 'eA', y: 'eQ' }] },
  tokenEndpointAuthMethod: 'client_secret_post',
  requestUris: ['https://app.example.org/request.jwt'],
  requestObjectSigningAlg: 'RS256',
  userinfoSignedResponseAlg: 'RS256',
  idTokenSignedResponseAlg: 'ES256',
  accessTokenStrategy: 'jwt',
  standardClaims: 'userinfo',
  applicationType: 'web',
  initiateLoginUri: 'https://app.example.org/login',
  defaultMaxAge: 3600,
  requireAuthTime: true,
  defaultAcrValues: ['urn:acr:2'],
  authorizationCodeGrantAccessTokenLifespan: seconds(600),
  authorizationCodeGrantIdTokenLifespan: seconds(601),
  authorizationCodeGrantRefreshTokenLifespan: seconds(602),
  refreshTokenGrantAccessTokenLifespan: seconds(603),
  refreshTokenGrantIdTokenLifespan: seconds(604),
  refreshTokenGrantRefreshTokenLifespan: seconds(605),
  implicitGrantAccessTokenLifespan: seconds(606),
  implicitGrantIdTokenLifespan: seconds(607),
  clientCredentialsGrantAccessTokenLifespan: seconds(608),
});

export const fullClient = (change: Partial<ConfidentialClient> = {}): ConfidentialClient => {
  const client: Required<ConfidentialClient> = {
    id: 'app',
    metadata: fullMetadata(),
    storedSecret: 'sha256:c2VjcmV0',
    incarnation: 'aB3_-9xY',
    createdAt: later(-100),
    updatedAt: later(-50),
    version: 3,
    registrationTokenHash: hashOf('registration'),
    authMethodUnstated: true,
    registeredOpenly: true,
    declared: true,
  };
  return { ...client, ...change };
};

export const fullRequest = (change: Partial<AuthorizationRequest> = {}): AuthorizationRequest => {
  const request: Required<AuthorizationRequest> = {
    clientId: 'app',
    redirectUri: 'https://app.example.org/callback',
    sentRedirectUri: 'https://app.example.org/callback',
    responseMode: 'form_post',
    responseType: 'code',
    scope: ['openid', 'offline'],
    audience: ['https://api.example.org/photos', 'reports'],
    state: 'a state',
    nonce: 'a nonce',
    prompt: ['login', 'consent'],
    maxAge: 600,
    codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    idTokenHintSubject: 'zoe',
    context: oidcContext(),
    url: 'https://auth.example.org/oauth2/auth?client_id=app',
  };
  return { ...request, ...change };
};

export const fullFlow = (change: Partial<Flow> = {}): Flow => {
  const login: Required<LoginAcceptance> = {
    subject: 'zoe',
    remember: true,
    rememberFor: seconds(3600),
    acr: 'urn:acr:1',
    forceSubjectIdentifier: 'forced-zoe',
    authenticatedAt: later(-30),
  };
  const consent: Required<ConsentAcceptance> = {
    grantedScope: ['openid'],
    grantedAudience: ['https://api.example.org/photos'],
    session: session(),
    remember: true,
    rememberFor: seconds(7200),
  };
  const flow: Required<Flow> = {
    id: 'flow',
    version: 5,
    state: 'consent-accepted',
    request: fullRequest(),
    clientIncarnation: 'aB3_-9xY',
    requestedAt: later(-60),
    expiresAt: later(840),
    login: {
      browser: hashOf('browser'),
      skip: true,
      subject: 'zoe',
      session: fullLoginSession(),
      accepted: login,
      rejected: rejection(),
    },
    consent: {
      browser: hashOf('browser'),
      prefixedBrowser: hashOf('prefixed'),
      skip: true,
      accepted: consent,
      rejected: rejection(),
    },
  };
  return { ...flow, ...change };
};

/** A flow in which nobody has logged in. */
export const youngFlow = (change: Partial<Flow> = {}): Flow => {
  const login = {
    browser: hashOf('browser'),
    skip: false,
    subject: null,
    session: null,
    accepted: null,
    rejected: null,
  };
  return fullFlow({ version: 1, state: 'login-pending', login, consent: null, ...change });
};

export const fullConsent = (change: Partial<Consent> = {}): Consent => {
  const consent: Required<Consent> = {
    id: 'consent',
    clientId: 'app',
    clientIncarnation: 'aB3_-9xY',
    subject: 'zoe',
    grantedScope: ['openid', 'photos'],
    grantedAudience: ['https://api.example.org/photos'],
    session: session(),
    rememberFor: seconds(3600),
    requestedAt: later(-60),
    expiresAt: later(3540),
    request: {
      challenge: 'a challenge',
      requestedScope: ['openid', 'photos', 'offline'],
      requestedAudience: ['https://api.example.org/photos', 'reports'],
      oidcContext: oidcContext(),
      requestUrl: 'https://auth.example.org/oauth2/auth?client_id=app',
    },
  };
  return { ...consent, ...change };
};

export const fullLoginSession = (change: Partial<LoginSession> = {}): LoginSession => {
  const loginSession: Required<LoginSession> = {
    id: hashOf('session'),
    subject: 'zoe',
    authenticatedAt: later(-60),
    expiresAt: later(3540),
    acr: 'urn:acr:1',
  };
  return { ...loginSession, ...change };
};

export const fullAdminKey = (change: Partial<AdminKey> = {}): AdminKey => {
  const key: Required<AdminKey> = {
    id: 'key',
    hash: hashOf('admin-key'),
    name: 'login pages',
    scopes: ['read', 'flows'],
    createdAt: later(-60),
    expiresAt: later(3540),
  };
  return { ...key, ...change };
};

export const fullKey = (change: Partial<StoredKey> = {}): StoredKey => {
  const key: Required<StoredKey> = { set: 'set', kid: 'private:k1', sealedJwk: 'sealed', createdAt: later(-60) };
  return { ...key, ...change };
};

/** `keepUntil` is later than any time in the cases, so that cleaning never removes the grant too early. */
export const fullGrant = (change: Partial<Grant> = {}): Grant => {
  const grant: Required<Grant> = {
    id: grantIdOf('grant'),
    clientId: 'app',
    clientIncarnation: 'aB3_-9xY',
    subjectIdentifier: 'pairwise-zoe',
    subject: 'zoe',
    requestedScope: ['openid', 'photos', 'offline'],
    scope: ['openid', 'photos'],
    requestedAudience: ['https://api.example.org/photos', 'reports', 'more'],
    audience: ['https://api.example.org/photos', 'reports'],
    session: session(),
    userinfoClaims: ['email'],
    authenticatedAt: later(-90),
    requestedAt: later(-60),
    acr: 'urn:acr:1',
    createdAt: later(-10),
    keepUntil: later(1_000_000),
  };
  return { ...grant, ...change };
};

/** A code of the full grant. */
export const fullCode = (change: Partial<AuthorizationCode> = {}): AuthorizationCode => {
  const code: Required<AuthorizationCode> = {
    key: { grantId: grantIdOf('grant'), hash: hashOf('code') },
    redirectUri: 'https://app.example.org/callback',
    codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    nonce: 'a nonce',
    issuedAt: later(-10),
    expiresAt: later(590),
  };
  return { ...code, ...change };
};

/** An access token of the full grant. */
export const fullToken = (change: Partial<GrantToken> = {}): GrantToken => {
  const token: Required<GrantToken> = {
    key: { grantId: grantIdOf('grant'), hash: hashOf('access') },
    kind: 'access',
    scope: ['photos'],
    audience: ['reports'],
    issuedAt: later(-10),
    expiresAt: later(3590),
  };
  return { ...token, ...change };
};

export const fullClientToken = (change: Partial<ClientToken> = {}): ClientToken => {
  const token: Required<ClientToken> = {
    key: { grantId: grantIdOf('client-token'), hash: hashOf('client-token') },
    clientId: 'app',
    clientIncarnation: 'aB3_-9xY',
    scope: ['reports', 'photos'],
    audience: ['https://api.example.org/photos', 'reports'],
    issuedAt: later(-10),
    expiresAt: later(3590),
  };
  return { ...token, ...change };
};
