// Every option of the protocol engine: its default, its meaning. docs/settings.md names the environment variables.
import type { StandardClaims } from './domain/claims-request.ts';
import { firstMalformed, parseScope, type ScopeStrategy } from './domain/scope.ts';
import type { SigningAlgorithm } from './domain/server-signing-algorithms.ts';
import { type Seconds, seconds } from './domain/time.ts';
import type { AccessTokenStrategy } from './domain/token.ts';

export interface Settings {
  /** Lifespan of access tokens. Default 1 h. */
  readonly accessTokenLifespan: Seconds;
  /** Lifespan of ID tokens, refreshed ones included. Default 1 h. */
  readonly idTokenLifespan: Seconds;
  /** Lifespan of authorization codes. Default 10 min (RFC 6749 §4.1.2 recommends at most that). */
  readonly authCodeLifespan: Seconds;
  /** Lifespan of each refresh token. Default 720 h. */
  readonly refreshTokenLifespan: Seconds;
  /** How long a remembered login can last at most. Default 720 h. */
  readonly loginSessionLifespan: Seconds;
  /**
   * Over https: write cookies also under the names of the release before, without a prefix, and read those that it wrote.
   * Default true; false once no node of that release runs.
   */
  readonly legacyCookies: boolean;
  /** How long login and consent may take together. Default 15 min. */
  readonly flowLifespan: Seconds;
  /** Most flows that may be pending at once, in all processes together, give or take what begins in a second; 0: no limit. Default 100,000. */
  readonly maxPendingFlows: number;
  /** Most flows that may be pending at once which one process began; 0: no limit. Default 50,000. */
  readonly maxPendingFlowsPerProcess: number;
  /** For how long a refresh token that was just rotated gets the same successors again. Default 30 s; 0 turns it off. */
  readonly refreshGrace: Seconds;
  /** How ID tokens are signed for clients that register no `id_token_signed_response_alg`. Default `RS256`. */
  readonly idTokenSigningAlg: SigningAlgorithm;
  /** What access tokens are for clients that register no `access_token_strategy`. Default `opaque`. */
  readonly accessTokenStrategy: AccessTokenStrategy;
  /**
   * Where the claims appear that a scope or the `claims` parameter asks for at userinfo, for clients that register no
   * `standard_claims`. Default `both`: in ID tokens too.
   */
  readonly standardClaims: StandardClaims;
  /** How JWT access tokens are signed. Default null: as ID tokens are by default. */
  readonly accessTokenSigningAlg: SigningAlgorithm | null;
  /** For how long a key signs before rotateKeys puts another in its place. Default 90 days; 0 turns that off. */
  readonly keyRotationInterval: Seconds;
  /** For how long rotateKeys publishes a key before it signs. Default 1 day. */
  readonly keyPublishAhead: Seconds;
  /** Give the private halves of signing keys to whoever asks. Default false. */
  readonly showSigningKeys: boolean;
  /** Refuse a consent that grants scopes that were not requested. Default true; false allows what the client is registered for. */
  readonly strictGrantScope: boolean;
  /** How registered and granted scopes allow others. Default `wildcard`. */
  readonly scopeStrategy: ScopeStrategy;
  /** Public clients must use PKCE (RFC 9700 §2.1.1). Default true. */
  readonly requirePkce: boolean;
  /** Shortest `state` that is accepted; 0 makes it optional. Default 0. */
  readonly minStateLength: number;
  /** Kinds of subject identifiers that clients may ask for (OpenID Connect Core §8). Default `public` alone. */
  readonly subjectTypes: readonly ('public' | 'pairwise')[];
  /** Makes pairwise identifiers unguessable; at least 8 bytes. A change changes them all. Default ''. */
  readonly pairwiseSalt: string;
  /** Send `error_debug` with refused requests: the message of the cause. Default false. */
  readonly shareErrorDebug: boolean;
  /** Take unsigned request objects of clients that registered no algorithm for them. Default false. */
  readonly allowUnsignedRequestObjects: boolean;
  /** Who may register clients: administrators only, holders of an initial access token too, or anyone. Default `off`. */
  readonly clientRegistration: 'off' | 'guarded' | 'open';
  /** What `guarded` asks for (RFC 7591 §3), each at least 16 bytes. Default none. */
  readonly initialAccessTokens: readonly string[];
  /** Scopes that clients may give themselves, read by the scope strategy. Default: those that OpenID Connect defines. */
  readonly registrationScope: readonly string[];
  /** Ask the person before an error goes to a client that anyone may have registered. Default true. */
  readonly confirmErrorRedirects: boolean;
  /** Hold clients for which no authentication method was stated to client_secret_basic. Default false. */
  readonly strictAuthMethod: boolean;
  /** Fewest bytes of a secret that an administrator chooses for a client. Default 6, as in the 2018 API. */
  readonly minClientSecretLength: number;
  /** Scope of clients that register themselves without one and have a grant type of a person. '' for all that is allowed. Default `openid offline_access`. */
  readonly registrationDefaultScope: string;
  /** Take grant types, response types and authentication methods that the server does not have, and redirect URIs without a scheme. Default false. */
  readonly laxClientMetadata: boolean;
  /** Scope of clients that an administrator creates without one. Default ''. */
  readonly defaultClientScope: string;
  /** Added to `sub` in discovery. */
  readonly claimsSupported: readonly string[];
  /** Added to `offline`, `offline_access` and `openid` in discovery. */
  readonly scopesSupported: readonly string[];
  /** Advertised instead of the server's own userinfo URL. Default ''. */
  readonly userinfoEndpoint: string;
}

export const defaultSettings: Settings = {
  accessTokenLifespan: seconds(3600),
  idTokenLifespan: seconds(3600),
  authCodeLifespan: seconds(600),
  refreshTokenLifespan: seconds(720 * 3600),
  loginSessionLifespan: seconds(720 * 3600),
  legacyCookies: true,
  flowLifespan: seconds(900),
  maxPendingFlows: 100_000,
  maxPendingFlowsPerProcess: 50_000,
  refreshGrace: seconds(30),
  idTokenSigningAlg: 'RS256',
  accessTokenStrategy: 'opaque',
  standardClaims: 'both',
  accessTokenSigningAlg: null,
  keyRotationInterval: seconds(90 * 24 * 3600),
  keyPublishAhead: seconds(24 * 3600),
  showSigningKeys: false,
  strictGrantScope: true,
  scopeStrategy: 'wildcard',
  requirePkce: true,
  minStateLength: 0,
  subjectTypes: ['public'],
  pairwiseSalt: '',
  shareErrorDebug: false,
  allowUnsignedRequestObjects: false,
  clientRegistration: 'off',
  initialAccessTokens: [],
  registrationScope: ['openid', 'offline', 'offline_access', 'profile', 'email', 'address', 'phone'],
  confirmErrorRedirects: true,
  strictAuthMethod: false,
  minClientSecretLength: 6,
  registrationDefaultScope: 'openid offline_access',
  laxClientMetadata: false,
  defaultClientScope: '',
  claimsSupported: [],
  scopesSupported: [],
  userinfoEndpoint: '',
};

/** One sentence per setting that cannot work. */
export const settingsProblems = (settings: Settings): readonly string[] => {
  const lifespans = [
    'accessTokenLifespan',
    'idTokenLifespan',
    'authCodeLifespan',
    'refreshTokenLifespan',
    'loginSessionLifespan',
    'flowLifespan',
  ] as const;
  const problems = lifespans
    .filter((name) => !Number.isInteger(settings[name]) || settings[name] <= 0)
    .map((name) => `${name} must be a positive number of whole seconds.`);
  const natural = [
    'maxPendingFlows',
    'maxPendingFlowsPerProcess',
    'refreshGrace',
    'minStateLength',
    'minClientSecretLength',
    'keyRotationInterval',
    'keyPublishAhead',
  ] as const;
  const pairwise =
    settings.subjectTypes.includes('pairwise') && new TextEncoder().encode(settings.pairwiseSalt).length < 8;
  const { keyRotationInterval: interval, keyPublishAhead: ahead } = settings;
  const weakToken = settings.initialAccessTokens.some((token) => new TextEncoder().encode(token).length < 16);
  const scopes = {
    registrationScope: settings.registrationScope,
    defaultClientScope: parseScope(settings.defaultClientScope),
    registrationDefaultScope: parseScope(settings.registrationDefaultScope),
    scopesSupported: settings.scopesSupported,
  };
  const unguarded = settings.clientRegistration === 'guarded' && settings.initialAccessTokens.length === 0;
  return [
    ...problems,
    // A key would still wait when the next one is made, and so on for ever.
    ...(interval > 0 && ahead >= interval ? ['keyPublishAhead must be shorter than keyRotationInterval.'] : []),
    // RFC 6749 §3.3.
    ...Object.entries(scopes)
      .filter(([, list]) => firstMalformed(list) !== undefined)
      .map(([name, list]) => `${name} holds ${JSON.stringify(firstMalformed(list))}, which is not a scope.`),
    ...(weakToken ? ['Each of initialAccessTokens must have at least 16 bytes.'] : []),
    ...(unguarded ? ['initialAccessTokens must be set for guarded clientRegistration.'] : []),
    ...(pairwise ? ['pairwiseSalt must have at least 8 bytes.'] : []),
    ...natural
      .filter((name) => !Number.isInteger(settings[name]) || settings[name] < 0)
      .map((name) => `${name} must be a whole number, 0 or more.`),
  ];
};
