// Which variable sets each setting of core. packages/core/src/settings.ts has their rules, defaults and documentation.
import { declaredSettings } from '@claviger/core';
import { oneOf, wholeNumber } from '../parse.ts';
import { fromCore, optional, preset } from './declare.ts';

export const tokens = {
  ...fromCore({
    accessTokenLifespan: 'CLAVIGER_ACCESS_TOKEN_LIFESPAN',
    idTokenLifespan: 'CLAVIGER_ID_TOKEN_LIFESPAN',
    authCodeLifespan: 'CLAVIGER_AUTH_CODE_LIFESPAN',
    refreshTokenLifespan: 'CLAVIGER_REFRESH_TOKEN_LIFESPAN',
    maxClientTokenLifespan: 'CLAVIGER_MAX_CLIENT_TOKEN_LIFESPAN',
    refreshGrace: 'CLAVIGER_REFRESH_GRACE',
    accessTokenStrategy: 'CLAVIGER_ACCESS_TOKEN_STRATEGY',
    accessTokenSigningAlg: 'CLAVIGER_ACCESS_TOKEN_SIGNING_ALG',
    idTokenSigningAlg: 'CLAVIGER_ID_TOKEN_SIGNING_ALG',
    keyRotationInterval: 'CLAVIGER_KEY_ROTATION_INTERVAL',
    keyPublishAhead: 'CLAVIGER_KEY_PUBLISH_AHEAD',
    subjectTypes: 'CLAVIGER_SUBJECT_TYPES_SUPPORTED',
    pairwiseSalt: 'CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT',
  }),
  standardClaims: optional(
    'CLAVIGER_STANDARD_CLAIMS',
    oneOf('both', 'userinfo'),
    `${declaredSettings.standardClaims.doc} Default: \`both\`, or \`userinfo\` with the built-in pages.`,
  ),
};

export const loginAndConsent = {
  ...fromCore({
    flowLifespan: 'CLAVIGER_CHALLENGE_TOKEN_LIFESPAN',
    loginSessionLifespan: 'CLAVIGER_LOGIN_SESSION_LIFESPAN',
    maxPendingFlows: 'CLAVIGER_MAX_PENDING_FLOWS',
  }),
  // The setting of core applies to one process.
  maxPendingFlowsPerNode: preset(
    'CLAVIGER_MAX_PENDING_FLOWS_PER_NODE',
    String(declaredSettings.maxPendingFlowsPerProcess.fallback),
    wholeNumber(0, 1_000_000_000),
    'The same limit for each node. 0: no limit.',
  ),
  maxPendingFlowsPerAddress: optional(
    'CLAVIGER_MAX_PENDING_FLOWS_PER_ADDRESS',
    wholeNumber(0, 1_000_000_000),
    'The same limit for the logins that one client address (for IPv6, one /64 network) began on each node. 0: no limit. Default: a tenth of CLAVIGER_MAX_PENDING_FLOWS_PER_NODE if CLAVIGER_TRUSTED_PROXIES is set, otherwise 0, because then all requests may come from one proxy.',
  ),
  ...fromCore({
    strictGrantScope: 'CLAVIGER_STRICT_GRANT_SCOPE',
    confirmErrorRedirects: 'CLAVIGER_CONFIRM_ERROR_REDIRECTS',
    legacyCookies: 'CLAVIGER_LEGACY_COOKIES',
  }),
};

export const requests = fromCore({
  scopeStrategy: 'CLAVIGER_SCOPE_STRATEGY',
  requirePkce: 'CLAVIGER_REQUIRE_PKCE',
  minStateLength: 'CLAVIGER_MIN_STATE_LENGTH',
  allowUnsignedRequestObjects: 'CLAVIGER_ALLOW_UNSIGNED_REQUEST_OBJECTS',
  shareErrorDebug: 'CLAVIGER_SHARE_ERROR_DEBUG',
});

export const discovery = fromCore({
  claimsSupported: 'CLAVIGER_DISCOVERY_CLAIMS_SUPPORTED',
  scopesSupported: 'CLAVIGER_DISCOVERY_SCOPES_SUPPORTED',
  userinfoEndpoint: 'CLAVIGER_DISCOVERY_USERINFO_ENDPOINT',
});

export const clients = fromCore({
  clientRegistration: 'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION',
  initialAccessTokens: 'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN',
  registrationScope: 'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_ALLOWED_SCOPE',
  registrationDefaultScope: 'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_DEFAULT_SCOPE',
  defaultClientScope: 'CLAVIGER_DEFAULT_CLIENT_SCOPE',
  laxClientMetadata: 'CLAVIGER_LAX_CLIENT_METADATA',
  strictAuthMethod: 'CLAVIGER_STRICT_CLIENT_AUTH_METHOD',
  minClientSecretLength: 'CLAVIGER_MIN_CLIENT_SECRET_LENGTH',
});
