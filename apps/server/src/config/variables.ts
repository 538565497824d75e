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
  if (!parsed.ok) throw new TypeError(`The default of ${name} must be ${parsed.right}.`);
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
  optional(`CLAVIGER_STORE_${port}`, dsn, `DSN of the store for ${what}. Default: CLAVIGER_DSN.`, true);

export const variables = {
  issuer: optional(
    'CLAVIGER_ISSUER',
    issuerUrl,
    'Public URL of the server, used exactly as written: the `iss` of ID tokens and the base of every public URL. Must be https, unless its host is a loopback address. Default: the address of the public listener on loopback, such as `http://127.0.0.1:4444`.',
  ),
  dsn: preset(
    'CLAVIGER_DSN',
    'sqlite:claviger.db',
    dsn,
    'Database for all stores: `sqlite:FILE`, relative to the data folder; `sqlite::memory:`; `postgres://…`; `redis://…`, `rediss://…`, `redis+sentinel://…` or `redis+cluster://…`.',
    true,
  ),
  clientsDsn: storeOf('CLIENTS', 'clients'),
  consentsDsn: storeOf('CONSENTS', 'remembered consents'),
  loginSessionsDsn: storeOf('LOGIN_SESSIONS', 'remembered logins'),
  flowsDsn: storeOf('FLOWS', 'pending login and consent requests'),
  tokensDsn: storeOf('TOKENS', 'grants, codes and tokens'),
  keysDsn: storeOf('KEYS', 'keys'),
  leasesDsn: storeOf('LEASES', "leases and one-time values (used `jti`s, the cleaner's lock)"),
  autoMigrate: optional(
    'CLAVIGER_AUTO_MIGRATE',
    trueOrFalse,
    'Apply pending migrations at start. Default: `true` for SQLite, `false` for Postgres, where you run `migrate up` first.',
  ),
  postgresPoolSize: preset(
    'CLAVIGER_POSTGRES_POOL_SIZE',
    '10',
    wholeNumber(1, 1000),
    'Maximum number of connections that each process opens to each Postgres database.',
  ),
  postgresStatementTimeout: preset(
    'CLAVIGER_POSTGRES_STATEMENT_TIMEOUT',
    '5s',
    timer,
    'Maximum duration of a statement.',
  ),
  postgresConnectTimeout: preset(
    'CLAVIGER_POSTGRES_CONNECT_TIMEOUT',
    '5s',
    timer,
    'Maximum time to connect to Postgres.',
  ),
  redisPrefix: preset(
    'CLAVIGER_REDIS_PREFIX',
    'claviger:',
    redisKeyPrefix,
    'Prefix of every key, so that several systems can share a Redis.',
  ),
  redisCommandTimeout: preset('CLAVIGER_REDIS_COMMAND_TIMEOUT', '2s', timer, 'Maximum duration of a command.'),
  redisConnectTimeout: preset('CLAVIGER_REDIS_CONNECT_TIMEOUT', '5s', timer, 'Maximum time to connect to Redis.'),
  redisSentinelUsername: optional(
    'CLAVIGER_REDIS_SENTINEL_USERNAME',
    anyText,
    'User name for the sentinels, if they require one. The user name for Redis is part of the DSN.',
  ),
  redisSentinelPassword: optional(
    'CLAVIGER_REDIS_SENTINEL_PASSWORD',
    anyText,
    'Password for the sentinels, if they require one.',
    true,
  ),
  dataFolder: preset(
    'CLAVIGER_DATA_DIR',
    '.claviger',
    anyText,
    'Data folder, relative to the current folder. Created if it does not exist.',
  ),
  publicHost: preset('CLAVIGER_PUBLIC_HOST', '127.0.0.1', hostName, 'Address that the public listener binds to.'),
  publicPort: preset('CLAVIGER_PUBLIC_PORT', '4444', port, 'Port of the public listener.'),
  adminHost: preset(
    'CLAVIGER_ADMIN_HOST',
    '127.0.0.1',
    hostName,
    'Address that the admin listener binds to. The admin listener requires no credentials, so an address other than loopback needs CLAVIGER_DANGEROUS_OPEN_ADMIN.',
  ),
  adminPort: preset('CLAVIGER_ADMIN_PORT', '4445', port, 'Port of the admin listener.'),
  adminAllowedHosts: list(
    'CLAVIGER_ADMIN_ALLOWED_HOSTS',
    hostPattern,
    'Host names that the admin endpoints accept, in addition to loopback names and the address of the connection: `claviger-admin`, `*.internal.example.com`, or `*` for all. Requests with other names are answered with 403, which protects against DNS rebinding. `/health/…` accepts any name.',
  ),
  workers: optional(
    'CLAVIGER_WORKERS',
    wholeNumber(1, 256),
    'Number of processes that share the two ports. Default: one if any store is SQLite, otherwise the number of processors.',
  ),
  cleanerInterval: preset(
    'CLAVIGER_CLEANER_INTERVAL',
    '1m',
    duration(0, mostOfTimers),
    'How often expired rows are removed, by one node at a time. 0s turns this off.',
  ),
  shutdownTimeout: preset(
    'CLAVIGER_SHUTDOWN_TIMEOUT',
    '30s',
    timer,
    'How long running requests may take to finish after SIGTERM. Then they are aborted, and the exit code is 1.',
  ),
  drainDelay: optional(
    'CLAVIGER_DRAIN_DELAY',
    duration(0, mostOfTimers),
    'How long the server keeps accepting requests after SIGTERM while `/health/ready` answers 503, so that load balancers stop sending requests first. Default: 5s, or 0s with a loopback issuer.',
  ),
  keepAlive: preset(
    'CLAVIGER_KEEP_ALIVE',
    '125s',
    timer,
    'How long an idle connection stays open. Must be longer than the idle timeout of the load balancer in front: use 620s for the load balancers of Google Cloud.',
  ),
  loginUrl: optional(
    'CLAVIGER_LOGIN_URL',
    pageUrl,
    'URL of your login page. It receives `login_challenge`, placed before a fragment such as `#/login`. If neither this nor CLAVIGER_CONSENT_URL is set, a server with a loopback issuer has built-in pages that let anyone in.',
  ),
  consentUrl: optional('CLAVIGER_CONSENT_URL', pageUrl, 'URL of your consent page. It receives `consent_challenge`.'),
  errorUrl: optional(
    'CLAVIGER_ERROR_URL',
    pageUrl,
    'URL of your page for errors that cannot be sent to the client. It receives `error`, `error_description` and `error_hint`. Default: the authorization endpoint shows a page.',
  ),
  logoutRedirectUrl: optional(
    'CLAVIGER_LOGOUT_REDIRECT_URL',
    pageUrl,
    'Where browsers are redirected after logout. Default: a plain page of the server.',
  ),
  systemSecrets: optional(
    'CLAVIGER_SYSTEM_SECRET',
    systemSecrets,
    'Secret that signs tokens and cookies and encrypts stored keys; at least 16 bytes. With several, separated by commas, the first is used and the others still verify. Required outside development; in development one is generated and kept in the data folder.',
    true,
  ),
  logLevel: preset(
    'CLAVIGER_LOG_LEVEL',
    'info',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'Minimum level to log: fatal, error, warn, info, debug, trace, or silent.',
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
    'Maximum duration of a remembered login.',
  ),
  legacyCookies: preset(
    'CLAVIGER_LEGACY_COOKIES',
    'true',
    trueOrFalse,
    'With an https issuer: also write cookies under the names that the previous release used, which have no prefix, and read the cookies that it wrote. Set this to `false` once [no node of that release runs](production.md#upgrade).',
  ),
  flowLifespan: preset(
    'CLAVIGER_CHALLENGE_TOKEN_LIFESPAN',
    '15m',
    lifespan,
    'Maximum time for login and consent together.',
  ),
  maxPendingFlows: preset(
    'CLAVIGER_MAX_PENDING_FLOWS',
    '100000',
    wholeNumber(0, 1_000_000_000),
    'Maximum number of logins in progress, on all nodes together. Beyond it, new logins are answered with 503; token requests are not affected. 0: no limit. See [sizes](production.md#flows).',
  ),
  maxPendingFlowsPerNode: preset(
    'CLAVIGER_MAX_PENDING_FLOWS_PER_NODE',
    '50000',
    wholeNumber(0, 1_000_000_000),
    'The same limit for each node. 0: no limit.',
  ),
  refreshGrace: preset(
    'CLAVIGER_REFRESH_GRACE',
    '30s',
    duration(0),
    'For how long after its first use a refresh token returns the same new tokens again. 0s turns this off.',
  ),
  idTokenSigningAlg: preset(
    'CLAVIGER_ID_TOKEN_SIGNING_ALG',
    'RS256',
    oneOf(...signingAlgorithms),
    'Signing algorithm of ID tokens for clients without an `id_token_signed_response_alg`: RS256, PS256, ES256 or EdDSA.',
  ),
  accessTokenStrategy: preset(
    'CLAVIGER_ACCESS_TOKEN_STRATEGY',
    'opaque',
    oneOf('opaque', 'jwt'),
    'Format of access tokens for clients without an `access_token_strategy`: `opaque`, or `jwt` (RFC 9068).',
  ),
  standardClaims: optional(
    'CLAVIGER_STANDARD_CLAIMS',
    oneOf('both', 'userinfo'),
    'Where the claims appear that a scope such as `email`, or the `claims` parameter, requests for userinfo, for clients without a `standard_claims`: `userinfo` only, as OpenID Connect specifies when an access token is issued, or `both` userinfo and ID tokens. Default: `both`, or `userinfo` with the built-in pages.',
  ),
  accessTokenSigningAlg: optional(
    'CLAVIGER_ACCESS_TOKEN_SIGNING_ALG',
    oneOf(...signingAlgorithms),
    'Signing algorithm of JWT access tokens. ES256 and EdDSA are the fastest. Default: the value of CLAVIGER_ID_TOKEN_SIGNING_ALG.',
  ),
  keyRotationInterval: preset(
    'CLAVIGER_KEY_ROTATION_INTERVAL',
    '2160h',
    duration(0),
    'How long a key signs before a new one replaces it. 0s turns rotation off.',
  ),
  keyPublishAhead: preset(
    'CLAVIGER_KEY_PUBLISH_AHEAD',
    '24h',
    duration(0),
    'How long a new key is published before it signs. Must be longer than any client caches the key set.',
  ),
  strictGrantScope: preset(
    'CLAVIGER_STRICT_GRANT_SCOPE',
    'true',
    trueOrFalse,
    'Refuse a consent that grants scopes that were not requested, with 400. `false`: such scopes are granted if the client is registered for them.',
  ),
  scopeStrategy: preset(
    'CLAVIGER_SCOPE_STRATEGY',
    'wildcard',
    oneOf('wildcard', 'hierarchic', 'exact'),
    'How a registered or granted scope includes others: `wildcard` (`photos.*` allows `photos.read`), `hierarchic` (`photos` allows `photos.read`), `exact`.',
  ),
  requirePkce: preset('CLAVIGER_REQUIRE_PKCE', 'true', trueOrFalse, 'Public clients must use PKCE (RFC 9700 §2.1.1).'),
  minStateLength: preset(
    'CLAVIGER_MIN_STATE_LENGTH',
    '0',
    wholeNumber(0, 1024),
    'Minimum number of characters of `state`. 0 makes it optional.',
  ),
  shareErrorDebug: preset(
    'CLAVIGER_SHARE_ERROR_DEBUG',
    'false',
    trueOrFalse,
    'Send `error_debug` with refused requests: the message of the cause, or the text of a login or consent app. The server never sends the causes of its own failures.',
  ),
  corsAllowedOrigins: list(
    'CLAVIGER_CORS_ALLOWED_ORIGINS',
    origin,
    'Origins whose scripts may call the token, revocation, userinfo and registration endpoints: `https://app.example.com`, `https://*.example.com` for every name below it, or `*`. Default: none. Discovery and the key set are open to all origins.',
  ),
  corsMaxAge: preset(
    'CLAVIGER_CORS_MAX_AGE',
    '0s',
    duration(0),
    'How long browsers may cache that an origin is allowed. 0s leaves it to the browser.',
  ),
  claimsSupported: list(
    'CLAVIGER_DISCOVERY_CLAIMS_SUPPORTED',
    anyText,
    'Claims that discovery lists in addition to `sub`.',
  ),
  scopesSupported: list(
    'CLAVIGER_DISCOVERY_SCOPES_SUPPORTED',
    scopeToken,
    'Scopes that discovery lists in addition to `openid`, `offline` and `offline_access`.',
  ),
  userinfoEndpoint: optional(
    'CLAVIGER_DISCOVERY_USERINFO_ENDPOINT',
    endpointUrl,
    "Userinfo URL that discovery announces instead of the server's own.",
  ),
  allowUnsignedRequestObjects: preset(
    'CLAVIGER_ALLOW_UNSIGNED_REQUEST_OBJECTS',
    'false',
    trueOrFalse,
    'Accept unsigned request objects from clients without a `request_object_signing_alg` too. `false`: only from clients that registered `none`.',
  ),
  clientRegistration: preset(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION',
    'off',
    oneOf('off', 'guarded', 'open'),
    'Who may register clients at `/oauth2/register` (RFC 7591): nobody (`off`), holders of an initial access token (`guarded`), or anyone (`open`). See [client registration](registration.md).',
  ),
  initialAccessTokens: optional(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN',
    bearerTokens,
    'Bearer token that `guarded` requires; at least 16 bytes. Several can be set, separated by commas.',
    true,
  ),
  registrationScope: preset(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_ALLOWED_SCOPE',
    'openid,offline,offline_access,profile,email,address,phone',
    listOf(scopeToken),
    'Scopes that clients may register for themselves, matched with CLAVIGER_SCOPE_STRATEGY. The default scope is always included.',
  ),
  registrationDefaultScope: preset(
    'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_DEFAULT_SCOPE',
    'openid,offline_access',
    listOf(scopeToken),
    'Scopes of clients that register themselves without a scope. Clients that use only `client_credentials` get none.',
  ),
  defaultClientScope: list(
    'CLAVIGER_DEFAULT_CLIENT_SCOPE',
    scopeToken,
    'Scopes of clients that an administrator creates or replaces without a scope. Default: none; such a client cannot log users in.',
  ),
  laxClientMetadata: preset(
    'CLAVIGER_LAX_CLIENT_METADATA',
    'false',
    trueOrFalse,
    'Accept client metadata with grant types, response types and authentication methods that the server does not support, and redirect URIs such as `localhost:3000/cb`, as the original did. `false`: they are refused with 400.',
  ),
  confirmErrorRedirects: preset(
    'CLAVIGER_CONFIRM_ERROR_REDIRECTS',
    'true',
    trueOrFalse,
    'With open registration, show a page before an error redirects to a client that registered itself without an initial access token; `prompt=none` still redirects immediately. Without the page, anyone can make the authorization endpoint redirect anywhere (RFC 9700 §4.11.2).',
  ),
  strictAuthMethod: preset(
    'CLAVIGER_STRICT_CLIENT_AUTH_METHOD',
    'false',
    trueOrFalse,
    'Restrict clients that were created without a `token_endpoint_auth_method` to `client_secret_basic`, as the original did. `false`: they may use `client_secret_post` too.',
  ),
  minClientSecretLength: preset(
    'CLAVIGER_MIN_CLIENT_SECRET_LENGTH',
    '6',
    wholeNumber(6, 256),
    'Minimum length in bytes of a `client_secret` that an administrator chooses. A secret shorter than 16 bytes is logged as a warning. Secrets that the server generates have 43 bytes.',
  ),
  subjectTypesSupported: preset(
    'CLAVIGER_SUBJECT_TYPES_SUPPORTED',
    'public',
    listOf(oneOf('public', 'pairwise')),
    'Subject identifier types that clients may register: `public`, `pairwise` (OpenID Connect Core §8).',
  ),
  pairwiseSalt: optional(
    'CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT',
    anyText,
    'Secret that makes pairwise subject identifiers unguessable; at least 8 bytes. Changing it changes every identifier.',
    true,
  ),
  forceHttp: preset(
    'CLAVIGER_DANGEROUS_FORCE_HTTP',
    'false',
    trueOrFalse,
    'Allow a plain http issuer on a host other than loopback. Tokens and cookies are sent unencrypted.',
  ),
  redisEviction: preset(
    'CLAVIGER_DANGEROUS_REDIS_EVICTION',
    'false',
    trueOrFalse,
    'Allow a Redis that evicts keys when its memory is full: it can lose valid tokens, sessions and the marks of used codes.',
  ),
  showSigningKeys: preset(
    'CLAVIGER_DANGEROUS_SHOW_SIGNING_KEYS',
    'false',
    trueOrFalse,
    'Let the admin listener return the private halves of the signing keys, as the original did.',
  ),
  builtInPages: preset(
    'CLAVIGER_DANGEROUS_BUILT_IN_PAGES',
    'false',
    trueOrFalse,
    'Serve the built-in login and consent pages, which let anyone in, with any issuer and to other machines. For test hosts only.',
  ),
  unguardedDocuments: preset(
    'CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS',
    'false',
    trueOrFalse,
    'Fetch documents of clients (`jwks_uri`, `sector_identifier_uri`, …) from internal addresses, over plain http and with any certificate. For test hosts only: clients can make the server send requests to machines that only it can reach.',
  ),
  openAdmin: preset(
    'CLAVIGER_DANGEROUS_OPEN_ADMIN',
    'false',
    trueOrFalse,
    'Allow the admin listener on addresses other than loopback. Anyone who can reach it has full control of the server.',
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
