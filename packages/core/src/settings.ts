// Every setting of the protocol engine: its name, rule, default and documentation. apps/server gives each the name of its
// environment variable, and docs/settings.md is generated from both.
import { signingAlgorithms } from './domain/server-signing-algorithms.ts';
import {
  count,
  type DeclaredSetting,
  flag,
  lifespan,
  list,
  oneOf,
  optional,
  optionallyOneOf,
  period,
  problemOf,
  scope,
  someOf,
} from './setting-rules.ts';

export const declaredSettings = {
  // Lifespans
  accessTokenLifespan: lifespan(3600, 'Lifespan of access tokens.'),
  idTokenLifespan: lifespan(3600, 'Lifespan of ID tokens.'),
  // RFC 6749 §4.1.2 recommends at most 10 minutes.
  authCodeLifespan: lifespan(600, 'Lifespan of authorization codes.'),
  refreshTokenLifespan: lifespan(720 * 3600, 'Lifespan of each refresh token.'),
  maxClientTokenLifespan: lifespan(
    24 * 3600,
    'Longest lifespan of access and ID tokens that can be set for a client. Keys stay published for at least this long after they signed.',
  ),
  refreshGrace: period(
    30,
    'For how long after its first use a refresh token returns the same new tokens again. 0s turns this off.',
  ),
  loginSessionLifespan: lifespan(720 * 3600, 'Maximum duration of a remembered login.'),

  // Login and consent
  flowLifespan: lifespan(900, 'Maximum time for login and consent together.'),
  maxPendingFlows: count(
    0,
    1_000_000_000,
    100_000,
    'Maximum number of logins in progress, on all nodes together. Beyond it, new logins are answered with 503; token requests are not affected. 0: no limit. See [sizes](production.md#flows).',
  ),
  maxPendingFlowsPerProcess: count(0, 1_000_000_000, 50_000, 'The same limit for each process. 0: no limit.'),
  maxPendingFlowsPerNetwork: count(
    0,
    1_000_000_000,
    0,
    'The same limit for the logins that one client address (for IPv6, one /64 network) began in each process. 0: no limit.',
  ),
  legacyCookies: flag(
    true,
    'With an https issuer: also write cookies under the names that the previous release used, which have no prefix, and read the cookies that it wrote. Set this to `false` once [no node of that release runs](production.md#upgrade).',
  ),
  strictGrantScope: flag(
    true,
    'Refuse a consent that grants scopes that were not requested, with 400. `false`: such scopes are granted if the client is registered for them.',
  ),

  // Tokens and keys
  idTokenSigningAlg: oneOf(
    signingAlgorithms,
    'RS256',
    'Signing algorithm of ID tokens for clients without an `id_token_signed_response_alg`: RS256, PS256, ES256 or EdDSA.',
  ),
  accessTokenStrategy: oneOf(
    ['opaque', 'jwt'],
    'opaque',
    'Format of access tokens for clients without an `access_token_strategy`: `opaque`, or `jwt` (RFC 9068).',
  ),
  accessTokenSigningAlg: optionallyOneOf(
    signingAlgorithms,
    'Signing algorithm of JWT access tokens. ES256 and EdDSA are the fastest. Default: the value of {idTokenSigningAlg}.',
  ),
  standardClaims: oneOf(
    ['both', 'userinfo'],
    'both',
    'Where the claims appear that a scope such as `email`, or the `claims` parameter, requests for userinfo, for clients without a `standard_claims`: `userinfo` only, as OpenID Connect specifies when an access token is issued, or `both` userinfo and ID tokens.',
  ),
  keyRotationInterval: period(2160 * 3600, 'How long a key signs before a new one replaces it. 0s turns rotation off.'),
  keyPublishAhead: period(
    24 * 3600,
    'How long a new key is published before it signs. Must be longer than any client caches the key set.',
  ),
  showSigningKeys: flag(
    false,
    'Let the admin listener return the private halves of the signing keys, as the original did.',
  ),
  // OpenID Connect Core §8.
  subjectTypes: someOf(
    ['public', 'pairwise'],
    ['public'],
    'Subject identifier types that clients may register: `public`, `pairwise` (OpenID Connect Core §8).',
  ),
  pairwiseSalt: optional(
    'secret',
    'Secret that makes pairwise subject identifiers unguessable; at least 8 bytes. Changing it changes every identifier.',
  ),

  // Requests
  scopeStrategy: oneOf(
    ['wildcard', 'hierarchic', 'exact'],
    'wildcard',
    'How a registered or granted scope includes others: `wildcard` (`photos.*` allows `photos.read`), `hierarchic` (`photos` allows `photos.read`), `exact`.',
  ),
  requirePkce: flag(true, 'Public clients must use PKCE (RFC 9700 §2.1.1).'),
  minStateLength: count(0, 1024, 0, 'Minimum number of characters of `state`. 0 makes it optional.'),
  allowUnsignedRequestObjects: flag(
    false,
    'Accept unsigned request objects from clients without a `request_object_signing_alg` too. `false`: only from clients that registered `none`.',
  ),
  shareErrorDebug: flag(
    false,
    'Send `error_debug` with refused requests: the message of the cause, or the text of a login or consent app. The server never sends the causes of its own failures.',
  ),
  confirmErrorRedirects: flag(
    true,
    'With open registration, show a page before an error redirects to a client that registered itself without an initial access token; `prompt=none` still redirects immediately. Without the page, anyone can make the authorization endpoint redirect anywhere (RFC 9700 §4.11.2).',
  ),

  // Discovery
  claimsSupported: list('texts', [], 'Claims that discovery lists in addition to `sub`.'),
  scopesSupported: list(
    'scopes',
    [],
    'Scopes that discovery lists in addition to `openid`, `offline` and `offline_access`.',
  ),
  userinfoEndpoint: optional('url', "Userinfo URL that discovery announces instead of the server's own."),

  // Admin API
  firstAdminKeys: list(
    'bearerTokens',
    [],
    'First key of the admin API, with every scope; at least 16 characters. It is never stored. While it is set, the admin API refuses requests without a key, on loopback too. Several can be set, separated by commas, to replace one without an interruption. See [admin keys](admin-keys.md).',
  ),

  // Clients
  clientRegistration: oneOf(
    ['off', 'guarded', 'open'],
    'off',
    'Who may register clients at `/oauth2/register` (RFC 7591): nobody (`off`), holders of an initial access token (`guarded`), or anyone (`open`). See [client registration](registration.md).',
  ),
  // RFC 7591 §3.
  initialAccessTokens: list(
    'bearerTokens',
    [],
    'Bearer token that `guarded` requires; at least 16 bytes. Several can be set, separated by commas.',
  ),
  registrationScope: list(
    'scopes',
    ['openid', 'offline', 'offline_access', 'profile', 'email', 'address', 'phone'],
    'Scopes that clients may register for themselves, matched with {scopeStrategy}. The default scope is always included.',
  ),
  registrationDefaultScope: scope(
    'openid offline_access',
    'Scopes of clients that register themselves without a scope. Clients that use only `client_credentials` get none.',
  ),
  defaultClientScope: scope(
    '',
    'Scopes of clients that an administrator creates or replaces without a scope. Default: none; such a client cannot log users in.',
  ),
  laxClientMetadata: flag(
    false,
    'Accept client metadata with grant types, response types and authentication methods that the server does not support, and redirect URIs such as `localhost:3000/cb`, as the original did. `false`: they are refused with 400.',
  ),
  strictAuthMethod: flag(
    false,
    'Restrict clients that were created without a `token_endpoint_auth_method` to `client_secret_basic`, as the original did. `false`: they may use `client_secret_post` too.',
  ),
  minClientSecretLength: count(
    6,
    256,
    6,
    'Minimum length in bytes of a `client_secret` that an administrator chooses. A secret shorter than 16 bytes is logged as a warning. Secrets that the server generates have 43 bytes.',
  ),
} as const;

type Declared = typeof declaredSettings;

/** The value of every setting. Lifespans and periods are whole seconds. `declaredSettings` has the meanings. */
export type Settings = {
  readonly [Name in keyof Declared]: Declared[Name] extends DeclaredSetting<infer Value> ? Value : never;
};

const entries = Object.entries<DeclaredSetting<unknown>>(declaredSettings);

export const defaultSettings = Object.fromEntries(entries.map(([name, { fallback }]) => [name, fallback])) as Settings;

/** Rules between settings that are valid one by one. */
const conflicts = (settings: Settings): readonly string[] => {
  const { keyRotationInterval: interval, keyPublishAhead: ahead } = settings;
  const problems: string[] = [];
  if (settings.subjectTypes.includes('pairwise') && new TextEncoder().encode(settings.pairwiseSalt ?? '').length < 8) {
    problems.push('pairwiseSalt must be set for pairwise subjects, with at least 8 bytes.');
  }
  // Otherwise each key would still be waiting when the next one is made, and none would ever sign.
  if (interval > 0 && ahead >= interval) problems.push('keyPublishAhead must be shorter than keyRotationInterval.');
  if (settings.clientRegistration === 'guarded' && settings.initialAccessTokens.length === 0) {
    problems.push('initialAccessTokens must be set, because clientRegistration is guarded.');
  }
  return problems;
};

/** One sentence for each invalid setting. Each begins with the setting's name. No value of a secret is in it. */
export const settingsProblems = (settings: Settings): readonly string[] => {
  const invalid = entries.flatMap(([name, declared]) => {
    const problem = problemOf(declared, settings[name as keyof Settings]);
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
  return invalid.length > 0 ? invalid : conflicts(settings);
};
