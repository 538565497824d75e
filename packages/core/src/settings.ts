// Every option of the protocol engine, with its meaning and default. docs/settings.md lists the environment variables.
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
  /** The maximum lifespan of a remembered login. Default 720 h. */
  readonly loginSessionLifespan: Seconds;
  /**
   * Over https: also write cookies under the names that the previous release uses, without a prefix, and read the
   * cookies that it wrote. Default true. Set it to false once no node of that release runs.
   */
  readonly legacyCookies: boolean;
  /** How long login and consent may take together. Default 15 min. */
  readonly flowLifespan: Seconds;
  /**
   * The maximum number of pending flows in all processes together. Accurate to the number of flows that begin in a
   * second. 0: no limit. Default 100,000.
   */
  readonly maxPendingFlows: number;
  /** The maximum number of pending flows that began in one process. 0: no limit. Default 50,000. */
  readonly maxPendingFlowsPerProcess: number;
  /** How long a repeated use of a rotated refresh token returns the same successors. Default 30 s; 0 turns it off. */
  readonly refreshGrace: Seconds;
  /** How ID tokens are signed for clients that register no `id_token_signed_response_alg`. Default `RS256`. */
  readonly idTokenSigningAlg: SigningAlgorithm;
  /** The kind of access token for clients that register no `access_token_strategy`. Default `opaque`. */
  readonly accessTokenStrategy: AccessTokenStrategy;
  /**
   * Where claims appear that a scope or the `claims` parameter requests from userinfo, for clients that register no
   * `standard_claims`. Default `both`: also in ID tokens.
   */
  readonly standardClaims: StandardClaims;
  /** How JWT access tokens are signed. Default null: like ID tokens by default. */
  readonly accessTokenSigningAlg: SigningAlgorithm | null;
  /** How long a key signs before rotateKeys replaces it. Default 90 days; 0 turns rotation off. */
  readonly keyRotationInterval: Seconds;
  /** How long rotateKeys publishes a key before it signs. Default 1 day. */
  readonly keyPublishAhead: Seconds;
  /** Show the private halves of signing keys to callers that may read key sets. Default false. */
  readonly showSigningKeys: boolean;
  /**
   * Refuse a consent that grants scopes that were not requested. Default true. false allows every scope for which the
   * client is registered.
   */
  readonly strictGrantScope: boolean;
  /** How a registered or granted scope matches requested ones. Default `wildcard`. */
  readonly scopeStrategy: ScopeStrategy;
  /** Public clients must use PKCE (RFC 9700 §2.1.1). Default true. */
  readonly requirePkce: boolean;
  /** Minimum length of `state`; 0 makes it optional. Default 0. */
  readonly minStateLength: number;
  /** Kinds of subject identifiers that clients may ask for (OpenID Connect Core §8). Default `public` alone. */
  readonly subjectTypes: readonly ('public' | 'pairwise')[];
  /** Makes pairwise identifiers unguessable; at least 8 bytes. A change changes them all. Default ''. */
  readonly pairwiseSalt: string;
  /** Send `error_debug` with refused requests: the message of the cause. Default false. */
  readonly shareErrorDebug: boolean;
  /** Accept unsigned request objects of clients that registered no algorithm for them. Default false. */
  readonly allowUnsignedRequestObjects: boolean;
  /**
   * Who may register clients: administrators only, holders of an initial access token too, or anyone. Default `off`.
   */
  readonly clientRegistration: 'off' | 'guarded' | 'open';
  /** The initial access tokens that `guarded` accepts (RFC 7591 §3), each at least 16 bytes. Default none. */
  readonly initialAccessTokens: readonly string[];
  /** Scopes that clients may register themselves, matched by the scope strategy. Default: those of OpenID Connect. */
  readonly registrationScope: readonly string[];
  /** Ask the person before an error is sent to a client that anyone may have registered. Default true. */
  readonly confirmErrorRedirects: boolean;
  /** Require client_secret_basic of clients that were registered without an authentication method. Default false. */
  readonly strictAuthMethod: boolean;
  /**
   * Minimum length, in bytes, of a secret that an administrator chooses for a client. Default 6, as in the 2018 API.
   */
  readonly minClientSecretLength: number;
  /**
   * Scope of clients that register themselves without one and have a grant type that involves a person. '' for every
   * scope that is allowed. Default `openid offline_access`.
   */
  readonly registrationDefaultScope: string;
  /**
   * Accept grant types, response types and authentication methods that the server does not support, and redirect URIs
   * without a scheme. Default false.
   */
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

/** One sentence for each invalid setting. */
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
    // A key would still be waiting when the next one is made, and so on forever.
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
