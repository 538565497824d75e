// Every setting of the server: its name, default and meaning. The one source for the parser and for docs/settings.md. One
// table, and so as long as it has to be.

import { signingAlgorithms } from '@claviger/core';
import { type Dsn, dsn } from './dsn.ts';
import { duration, mostOfTimers } from './duration.ts';
import {
  anyText,
  bearerTokens,
  endpointUrl,
  hostName,
  hostPattern,
  issuerUrl,
  listOf,
  oneOf,
  origin,
  type Parse,
  pageUrl,
  redisKeyPrefix,
  scopeToken,
  systemSecrets,
  trueOrFalse,
  wholeNumber,
} from './parse.ts';

export interface Variable<T> {
  readonly name: `CLAVIGER_${string}`;
  readonly parse: Parse<T>;
  /** The value without the setting. */
  readonly fallback: T;
  /** The default as a text for the documentation; '' when there is none. */
  readonly shown: string;
  readonly meaning: string;
  /** Its text may hold a secret: it is never repeated. */
  readonly secret: boolean;
}

type Name = Variable<unknown>['name'];

/** With a default, written as the setting itself would be. */
const preset = <T>(name: Name, shown: string, parse: Parse<T>, meaning: string, secret = false): Variable<T> => {
  const parsed = parse(shown);
  if (!parsed.ok) throw new TypeError(`The default of ${name} is not ${parsed.right}.`);
  return { name, parse, fallback: parsed.value, shown, meaning, secret };
};

const optional = <T>(name: Name, parse: Parse<T>, meaning: string, secret = false): Variable<T | null> => ({
  name,
  parse,
  fallback: null,
  shown: '',
  meaning,
  secret,
});

const list = <T>(name: Name, parse: Parse<T>, meaning: string): Variable<readonly T[]> => ({
  name,
  parse: listOf(parse),
  fallback: [],
  shown: '',
  meaning,
  secret: false,
});

const port = wholeNumber(1, 65535);
const lifespan = duration(1);
const timer = duration(1, mostOfTimers);

const storeOf = (port: string, what: string): Variable<Dsn | null> =>
  optional(`CLAVIGER_STORE_${port}`, dsn, `${what} are kept there, in place of CLAVIGER_DSN.`, true);

export const variables = {
  issuer: optional(
    'CLAVIGER_ISSUER',
    issuerUrl,
    'Public URL of the server, used exactly as written: `iss` of ID tokens and the base of every public URL. https, unless its host is a loopback address. Without it the address of the public listener on loopback, such as `http://127.0.0.1:4444`.',
  ),
  dsn: preset(
    'CLAVIGER_DSN',
    'sqlite:claviger.db',
    dsn,
    'Where everything is kept: `sqlite:FILE`, relative to the data folder; `sqlite::memory:`; `postgres://…`; `redis://…`, `rediss://…`, `redis+sentinel://…` or `redis+cluster://…`.',
    true,
  ),
  clientsDsn: storeOf('CLIENTS', 'Clients'),
  consentsDsn: storeOf('CONSENTS', 'Remembered consents'),
  loginSessionsDsn: storeOf('LOGIN_SESSIONS', 'Remembered logins'),
  flowsDsn: storeOf('FLOWS', 'Pending login and consent requests'),
  tokensDsn: storeOf('TOKENS', 'Grants, codes and tokens'),
  keysDsn: storeOf('KEYS', 'Keys'),
  leasesDsn: storeOf('LEASES', 'Leases and one-time values'),
  autoMigrate: optional(
    'CLAVIGER_AUTO_MIGRATE',
    trueOrFalse,
    'Bring schemas up to date at start. Without it SQLite is, and Postgres is not: there run `migrate up` first.',
  ),
  postgresPoolSize: preset(
    'CLAVIGER_POSTGRES_POOL_SIZE',
    '10',
    wholeNumber(1, 1000),
    'Most connections of each process to each Postgres.',
  ),
  postgresStatementTimeout: preset(
    'CLAVIGER_POSTGRES_STATEMENT_TIMEOUT',
    '5s',
    timer,
    'How long a statement may take.',
  ),
  postgresConnectTimeout: preset(
    'CLAVIGER_POSTGRES_CONNECT_TIMEOUT',
    '5s',
    timer,
    'How long connecting to Postgres may take.',
  ),
  redisPrefix: preset(
    'CLAVIGER_REDIS_PREFIX',
    'claviger:',
    redisKeyPrefix,
    'In front of every key, so that several systems can share a Redis.',
  ),
  redisCommandTimeout: preset('CLAVIGER_REDIS_COMMAND_TIMEOUT', '2s', timer, 'How long a command may take.'),
  redisConnectTimeout: preset('CLAVIGER_REDIS_CONNECT_TIMEOUT', '5s', timer, 'How long connecting to Redis may take.'),
  redisSentinelUsername: optional(
    'CLAVIGER_REDIS_SENTINEL_USERNAME',
    anyText,
    'User name at the sentinels, when they ask for one; that of Redis is in the DSN.',
  ),
  redisSentinelPassword: optional(
    'CLAVIGER_REDIS_SENTINEL_PASSWORD',
    anyText,
    'Password at the sentinels, when they ask for one.',
    true,
  ),
  dataFolder: preset(
    'CLAVIGER_DATA_DIR',
    '.claviger',
    anyText,
    'Data folder, relative to the current folder. Made when it is missing.',
  ),
  publicHost: preset('CLAVIGER_PUBLIC_HOST', '127.0.0.1', hostName, 'Address that the public listener binds to.'),
  publicPort: preset('CLAVIGER_PUBLIC_PORT', '4444', port, 'Port of the public listener.'),
  adminHost: preset(
    'CLAVIGER_ADMIN_HOST',
    '127.0.0.1',
    hostName,
    'Address that the admin listener binds to. It asks nobody for credentials: off loopback only with CLAVIGER_DANGEROUS_OPEN_ADMIN.',
  ),
  adminPort: preset('CLAVIGER_ADMIN_PORT', '4445', port, 'Port of the admin listener.'),
  adminAllowedHosts: list(
    'CLAVIGER_ADMIN_ALLOWED_HOSTS',
    hostPattern,
    'Host names by which the admin endpoints may be addressed, beside loopback names and the address of the connection: `claviger-admin`, `*.internal.example.com`, or `*` for all. Other names are 403, so that no web page reaches the endpoints by DNS rebinding. `/health/…` answers to any name.',
  ),
  workers: optional(
    'CLAVIGER_WORKERS',
    wholeNumber(1, 256),
    'Processes that share the two ports. Without it one when a store is SQLite, else as many as there are processors.',
  ),
  cleanerInterval: preset(
    'CLAVIGER_CLEANER_INTERVAL',
    '1m',
    duration(0, mostOfTimers),
    'How often what has expired is removed, by one node at a time; 0s turns that off.',
  ),
  shutdownTimeout: preset(
    'CLAVIGER_SHUTDOWN_TIMEOUT',
    '30s',
    timer,
    'How long requests may still take after SIGTERM. Then they are cut off, and the exit code is 1.',
  ),
  drainDelay: optional(
    'CLAVIGER_DRAIN_DELAY',
    duration(0, mostOfTimers),
    'How long the server still takes requests after SIGTERM, while `/health/ready` says 503, so that balancers stop sending first. Default 5s; 0s with a loopback issuer.',
  ),
  keepAlive: preset(
    'CLAVIGER_KEEP_ALIVE',
    '125s',
    timer,
    'How long an idle connection stays open. Longer than the balancer in front keeps it: 620s for the load balancers of Google Cloud.',
  ),
  loginUrl: optional(
    'CLAVIGER_LOGIN_URL',
    pageUrl,
    'Your login page; gets `login_challenge`, in front of a fragment such as `#/login`. Without it and CLAVIGER_CONSENT_URL, a loopback issuer has built-in pages that let anyone in.',
  ),
  consentUrl: optional('CLAVIGER_CONSENT_URL', pageUrl, 'Your consent page; gets `consent_challenge`.'),
  errorUrl: optional(
    'CLAVIGER_ERROR_URL',
    pageUrl,
    'Your page for errors that cannot go to the client; gets `error`, `error_description`, `error_hint`. Without it the authorize URL itself answers with a page.',
  ),
  logoutRedirectUrl: optional(
    'CLAVIGER_LOGOUT_REDIRECT_URL',
    pageUrl,
    'Where browsers go after logging out. Without it, a plain page of the server.',
  ),
  systemSecrets: optional(
    'CLAVIGER_SYSTEM_SECRET',
    systemSecrets,
    'Signs tokens and cookies and seals stored keys; at least 16 bytes. Several, separated by commas: the first is used, the others still verify. In development one is made and kept in the data folder; anything else needs it.',
    true,
  ),
  logLevel: preset(
    'CLAVIGER_LOG_LEVEL',
    'info',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'Least severe level that is logged: fatal, error, warn, info, debug, trace, or silent.',
  ),
  logFormat: preset('CLAVIGER_LOG_FORMAT', 'text', oneOf('text', 'json'), '`text` for people, `json` for machines.'),
  accessTokenLifespan: preset('CLAVIGER_ACCESS_TOKEN_LIFESPAN', '1h', lifespan, 'Lifespan of access tokens.'),
  idTokenLifespan: preset('CLAVIGER_ID_TOKEN_LIFESPAN', '1h', lifespan, 'Lifespan of ID tokens.'),
  authCodeLifespan: preset('CLAVIGER_AUTH_CODE_LIFESPAN', '10m', lifespan, 'Lifespan of authorization codes.'),
  refreshTokenLifespan: preset('CLAVIGER_REFRESH_TOKEN_LIFESPAN', '720h', lifespan, 'Lifespan of each refresh token.'),
  loginSessionLifespan: preset(
    'CLAVIGER_LOGIN_SESSION_LIFESPAN',
    '720h',
    lifespan,
    'How long a remembered login lasts at most.',
  ),
  legacyCookies: preset(
    'CLAVIGER_LEGACY_COOKIES',
    'true',
    trueOrFalse,
    'With an https issuer: write cookies under the names of the release before too, which have no prefix, and read those that it wrote. Set `false` as soon as [no node of it runs](production.md#upgrade).',
  ),
  flowLifespan: preset(
    'CLAVIGER_CHALLENGE_TOKEN_LIFESPAN',
    '15m',
    lifespan,
    'How long login and consent may take together.',
  ),
  maxPendingFlows: preset(
    'CLAVIGER_MAX_PENDING_FLOWS',
    '100000',
    wholeNumber(0, 1_000_000_000),
    'Most logins that may wait for a person at once, on all nodes together; beyond that new ones are 503, and tokens go on. 0: no limit. See [sizes](production.md#flows).',
  ),
  maxPendingFlowsPerNode: preset(
    'CLAVIGER_MAX_PENDING_FLOWS_PER_NODE',
    '50000',
    wholeNumber(0, 1_000_000_000),
    'The same for each node; 0: no limit.',
  ),
  refreshGrace: preset(
    'CLAVIGER_REFRESH_GRACE',
    '30s',
    duration(0),
    'For how long a refresh token that was just used gives the same new tokens again; 0s turns that off.',
  ),
  idTokenSigningAlg: preset(
    'CLAVIGER_ID_TOKEN_SIGNING_ALG',
    'RS256',
    oneOf(...signingAlgorithms),
    'How ID tokens are signed for clients that register no `id_token_signed_response_alg`: RS256, PS256, ES256 or EdDSA.',
  ),
  accessTokenStrategy: preset(
    'CLAVIGER_ACCESS_TOKEN_STRATEGY',
    'opaque',
    oneOf('opaque', 'jwt'),
    'What access tokens are for clients that register no `access_token_strategy`: `opaque`, or `jwt` (RFC 9068).',
  ),
  standardClaims: optional(
    'CLAVIGER_STANDARD_CLAIMS',
    oneOf('both', 'userinfo'),
    'Where claims appear that a scope such as `email`, or the `claims` parameter, asks for at userinfo, for clients that register no `standard_claims`: `userinfo`, as OpenID Connect has it where an access token is issued, or `both`, in ID tokens too. Without it `both`, and `userinfo` with the built-in pages.',
  ),
  accessTokenSigningAlg: optional(
    'CLAVIGER_ACCESS_TOKEN_SIGNING_ALG',
    oneOf(...signingAlgorithms),
    'How JWT access tokens are signed; ES256 and EdDSA are the quick ones. Without it as CLAVIGER_ID_TOKEN_SIGNING_ALG says.',
  ),
  keyRotationInterval: preset(
    'CLAVIGER_KEY_ROTATION_INTERVAL',
    '2160h',
    duration(0),
    'For how long a key signs before another one takes its place; 0s leaves keys as they are.',
  ),
  keyPublishAhead: preset(
    'CLAVIGER_KEY_PUBLISH_AHEAD',
    '24h',
    duration(0),
    'For how long a new key is published before it signs: longer than any client keeps the key set.',
  ),
  strictGrantScope: preset(
    'CLAVIGER_STRICT_GRANT_SCOPE',
    'true',
    trueOrFalse,
    'Answer 400 when a consent grants scopes that were not requested. `false`: they are granted if the client is registered for them.',
  ),
  scopeStrategy: preset(
    'CLAVIGER_SCOPE_STRATEGY',
    'wildcard',
    oneOf('wildcard', 'hierarchic', 'exact'),
    'How a registered or granted scope allows others: `wildcard` (`photos.*` allows `photos.read`), `hierarchic` (`photos` allows `photos.read`), `exact`.',
  ),
  requirePkce: preset('CLAVIGER_REQUIRE_PKCE', 'true', trueOrFalse, 'Public clients must use PKCE (RFC 9700 §2.1.1).'),
  minStateLength: preset(
    'CLAVIGER_MIN_STATE_LENGTH',
    '0',
    wholeNumber(0, 1024),
    'Fewest characters of `state`; 0 makes it optional.',
  ),
  shareErrorDebug: preset(
    'CLAVIGER_SHARE_ERROR_DEBUG',
    'false',
    trueOrFalse,
    'Show `error_debug` to callers. May tell them more than they should know.',
  ),
  corsAllowedOrigins: list(
    'CLAVIGER_CORS_ALLOWED_ORIGINS',
    origin,
    'Origins whose scripts may call the token, revocation, userinfo and registration endpoints: `https://app.example.com`, `https://*.example.com` for every name below it, or `*`. Without it none. Discovery and the keys are open to all.',
  ),
  corsMaxAge: preset(
    'CLAVIGER_CORS_MAX_AGE',
    '0s',
    duration(0),
    'For how long browsers may remember that an origin is allowed; with 0s they decide.',
  ),
  claimsSupported: list('CLAVIGER_DISCOVERY_CLAIMS_SUPPORTED', anyText, 'Claims that discovery lists beside `sub`.'),
  scopesSupported: list(
    'CLAVIGER_DISCOVERY_SCOPES_SUPPORTED',
    scopeToken,
    'Scopes that discovery lists beside `openid`, `offline` and `offline_access`.',
  ),
  userinfoEndpoint: optional(
    'CLAVIGER_DISCOVERY_USERINFO_ENDPOINT',
    endpointUrl,
    "Advertised in discovery in place of the server's own userinfo URL.",
  ),
  allowUnsignedRequestObjects: preset(
    'CLAVIGER_ALLOW_UNSIGNED_REQUEST_OBJECTS',
    'false',
    trueOrFalse,
    'Take unsigned request objects also of clients that registered no algorithm for them; otherwise only where `none` is registered.',
  ),
  clientRegistration: preset(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION',
    'off',
    oneOf('off', 'guarded', 'open'),
    'Who may register clients at `/oauth2/register` (RFC 7591): nobody, who has an initial access token, or anyone. See [client registration](registration.md).',
  ),
  initialAccessTokens: optional(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN',
    bearerTokens,
    'What `guarded` asks for, as a bearer token; at least 16 bytes. Several, separated by commas, are all good.',
    true,
  ),
  registrationScope: preset(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_ALLOWED_SCOPE',
    'openid,offline,offline_access,profile,email,address,phone',
    listOf(scopeToken),
    'Scopes that clients may give themselves when they register, read by CLAVIGER_SCOPE_STRATEGY; the default scope is always among them.',
  ),
  registrationDefaultScope: preset(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_DEFAULT_SCOPE',
    'openid,offline_access',
    listOf(scopeToken),
    'Scopes of clients that register themselves without any. Clients with only `client_credentials` get none.',
  ),
  defaultClientScope: list(
    'CLAVIGER_DEFAULT_CLIENT_SCOPE',
    scopeToken,
    'Scopes of clients that an administrator creates or replaces without any. Without it such a client has none, and cannot log anybody in.',
  ),
  laxClientMetadata: preset(
    'CLAVIGER_LAX_CLIENT_METADATA',
    'false',
    trueOrFalse,
    'Take grant types, response types and authentication methods of clients that the server does not have, and redirect URIs such as `localhost:3000/cb`, as the original did; otherwise they are 400.',
  ),
  confirmErrorRedirects: preset(
    'CLAVIGER_CONFIRM_ERROR_REDIRECTS',
    'true',
    trueOrFalse,
    'With open registration, show a page before an error leads to a client that registered itself without an initial access token; `prompt=none` still redirects. Without the page anyone can make the authorization endpoint redirect anywhere (RFC 9700 §4.11.2).',
  ),
  strictAuthMethod: preset(
    'CLAVIGER_STRICT_CLIENT_AUTH_METHOD',
    'false',
    trueOrFalse,
    'Hold clients that were created without a `token_endpoint_auth_method` to `client_secret_basic`, as the original did; otherwise they may use `client_secret_post` too.',
  ),
  minClientSecretLength: preset(
    'CLAVIGER_MIN_CLIENT_SECRET_LENGTH',
    '6',
    wholeNumber(6, 256),
    'Fewest bytes of a `client_secret` that an administrator chooses. One of fewer than 16 is logged as a warning. A secret that the server draws has 43.',
  ),
  subjectTypesSupported: preset(
    'CLAVIGER_SUBJECT_TYPES_SUPPORTED',
    'public',
    listOf(oneOf('public', 'pairwise')),
    'Kinds of subject identifiers that clients may ask for: `public`, `pairwise` (OpenID Connect Core §8).',
  ),
  pairwiseSalt: optional(
    'CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT',
    anyText,
    'Makes pairwise subject identifiers unguessable; at least 8 bytes. A change changes them all.',
    true,
  ),
  forceHttp: preset(
    'CLAVIGER_DANGEROUS_FORCE_HTTP',
    'false',
    trueOrFalse,
    'Allow an issuer that is plain http off loopback: tokens and cookies travel readable.',
  ),
  redisEviction: preset(
    'CLAVIGER_DANGEROUS_REDIS_EVICTION',
    'false',
    trueOrFalse,
    'Allow a Redis that drops live tokens, sessions and marks of used codes when its memory is full.',
  ),
  showSigningKeys: preset(
    'CLAVIGER_DANGEROUS_SHOW_SIGNING_KEYS',
    'false',
    trueOrFalse,
    'Give the private halves of the signing keys to whoever asks the admin listener, as the original did.',
  ),
  builtInPages: preset(
    'CLAVIGER_DANGEROUS_BUILT_IN_PAGES',
    'false',
    trueOrFalse,
    'Serve the built-in login and consent pages, which let anyone in, with any issuer and to other machines too: for test hosts.',
  ),
  unguardedDocuments: preset(
    'CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS',
    'false',
    trueOrFalse,
    'Fetch documents of clients (`jwks_uri`, `sector_identifier_uri`, …) from internal addresses, over plain http and with any certificate too: for test hosts. Clients can then make the server ask machines that only it can reach.',
  ),
  openAdmin: preset(
    'CLAVIGER_DANGEROUS_OPEN_ADMIN',
    'false',
    trueOrFalse,
    'Allow the admin listener off loopback: whoever reaches it rules the server.',
  ),
} as const satisfies Record<string, Variable<unknown>>;

/** Settings whose name has changed, by the former name. The former name still works, with a warning. */
export const formerNames: ReadonlyMap<string, Name> = new Map([['CLAVIGER_STORE_CLAIMS', variables.leasesDsn.name]]);

export type Variables = typeof variables;

/** The value of every setting, by the keys of `variables`. */
export type ParsedValues = { readonly [Key in keyof Variables]: Variables[Key]['fallback'] };

/** The same, with the issuer that holds. */
export type Values = Omit<ParsedValues, 'issuer'> & { readonly issuer: string };

/** Names the configuration file; the only variable that the file itself cannot hold. */
export const fileVariable = 'CLAVIGER_CONFIG';

/** The setting's name in a configuration file: `CLAVIGER_PUBLIC_PORT` is `public_port`. */
export const fileKey = (name: string): string => name.slice('CLAVIGER_'.length).toLowerCase();
