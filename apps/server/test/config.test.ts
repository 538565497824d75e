// Environment and configuration file: which values are accepted and refused, and the messages for wrong ones.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaultSettings } from '@claviger/core';
import t from 'tap';
import { settingsPage } from '../src/config/settings-page.ts';
import { fileKey, variables } from '../src/config/variables.ts';
import { ConfigurationError, readConfig } from '../src/config.ts';

const secret = 'a system secret of 32 characters';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

const everywhere = (dsn: object): object =>
  Object.fromEntries(
    ['adminKeys', 'clients', 'consents', 'flows', 'keys', 'leases', 'loginSessions', 'tokens'].map((port) => [
      port,
      dsn,
    ]),
  );

t.test('each port can use its own store, and only SQLite for every port counts as development', async (t) => {
  const settings = {
    CLAVIGER_DSN: 'postgres://claviger:hunter2@db.internal/claviger',
    CLAVIGER_STORE_TOKENS: 'redis://cache.internal',
    CLAVIGER_STORE_FLOWS: 'redis://cache.internal',
  };
  const config = readConfig({ ...settings, CLAVIGER_SYSTEM_SECRET: secret });
  t.match(config.stores, {
    clients: { kind: 'postgres', url: settings.CLAVIGER_DSN },
    tokens: { kind: 'redis', url: 'redis://cache.internal' },
    flows: { kind: 'redis', url: 'redis://cache.internal' },
  });
  t.equal(config.development, false);
  t.ok(config.workers >= 1);
  t.match(problemsOf(settings), [/^CLAVIGER_SYSTEM_SECRET must be set/]);
});

t.test('without settings it is a development server on loopback with the defaults of core', async (t) => {
  const config = readConfig({});
  t.match(config, {
    issuer: 'http://127.0.0.1:4444',
    development: true,
    stores: everywhere({ kind: 'sqlite', file: resolve('.claviger/claviger.db') }),
    dataFolder: resolve('.claviger'),
    public: { host: '127.0.0.1', port: 4444, tls: null },
    admin: { host: '127.0.0.1', port: 4445, tls: null },
    adminAllowedHosts: [],
    pages: {
      builtIn: true,
      anywhere: false,
      loginUrl: 'http://127.0.0.1:4444/dev/login',
      consentUrl: 'http://127.0.0.1:4444/dev/consent',
      errorUrl: null,
      logoutRedirectUrl: 'http://127.0.0.1:4444/oauth2/fallbacks/logout',
    },
    systemSecrets: null,
    log: { level: 'info', format: 'auto' },
    trustedProxies: [],
    rates: {},
  });
  t.strictSame(config.settings, { ...defaultSettings, standardClaims: 'userinfo' }, 'the built-in pages invent claims');
});

t.test('every setting takes effect', async (t) => {
  const config = readConfig({
    CLAVIGER_ISSUER: 'https://id.example.com/tenant',
    CLAVIGER_APPLY: '/etc/claviger/clients',
    CLAVIGER_DSN: 'sqlite:/var/lib/id.db',
    CLAVIGER_DATA_DIR: '/var/lib',
    CLAVIGER_PUBLIC_HOST: '0.0.0.0',
    CLAVIGER_PUBLIC_PORT: '80',
    CLAVIGER_ADMIN_HOST: '::1',
    CLAVIGER_ADMIN_PORT: '81',
    CLAVIGER_PUBLIC_HEALTH: 'false',
    CLAVIGER_ADMIN_ALLOWED_HOSTS: 'admin.internal, *.example.com',
    CLAVIGER_ADMIN_KEY: 'zK3-first.key_ofThe/test, s3cond~key+ofTheTest',
    CLAVIGER_LOGIN_URL: 'https://app.example.com/login?x=1',
    CLAVIGER_CONSENT_URL: 'https://app.example.com/consent',
    CLAVIGER_ERROR_URL: 'https://app.example.com/error',
    CLAVIGER_LOGOUT_REDIRECT_URL: 'https://app.example.com/bye',
    CLAVIGER_SYSTEM_SECRET: `${secret}, an older secret of the server`,
    CLAVIGER_LOG_LEVEL: 'warn',
    CLAVIGER_LOG_FORMAT: 'json',
    CLAVIGER_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8',
    CLAVIGER_AUDIT_TOKENS: 'true',
    CLAVIGER_AUDIT_SUBJECT: 'fingerprint',
    CLAVIGER_AUDIT_RETENTION: '48h',
    CLAVIGER_AUDIT_CHECKPOINT_INTERVAL: '1m',
    CLAVIGER_METRICS: 'true',
    CLAVIGER_METRICS_HYDRA_NAMES: 'true',
    CLAVIGER_RATE_LIMIT_TOKEN: '600/1m',
    CLAVIGER_RATE_LIMIT_INTROSPECTION: '6000/1m',
    CLAVIGER_RATE_LIMIT_AUTHORIZATION: '60/1m',
    CLAVIGER_RATE_LIMIT_REGISTRATION: '10/1h',
    CLAVIGER_MAX_PENDING_FLOWS_PER_ADDRESS: '200',
    CLAVIGER_ACCESS_TOKEN_LIFESPAN: '5m',
    CLAVIGER_ID_TOKEN_LIFESPAN: '1h30m',
    CLAVIGER_AUTH_CODE_LIFESPAN: '10s',
    CLAVIGER_REFRESH_TOKEN_LIFESPAN: '1.5h',
    CLAVIGER_MAX_CLIENT_TOKEN_LIFESPAN: '48h',
    CLAVIGER_LOGIN_SESSION_LIFESPAN: '60000ms',
    CLAVIGER_CHALLENGE_TOKEN_LIFESPAN: '20m',
    CLAVIGER_LEGACY_COOKIES: 'false',
    CLAVIGER_MAX_PENDING_FLOWS: '5000',
    CLAVIGER_MAX_PENDING_FLOWS_PER_NODE: '3000',
    CLAVIGER_REFRESH_GRACE: '0',
    CLAVIGER_ID_TOKEN_SIGNING_ALG: 'ES256',
    CLAVIGER_ACCESS_TOKEN_STRATEGY: 'jwt',
    CLAVIGER_STANDARD_CLAIMS: 'userinfo',
    CLAVIGER_ACCESS_TOKEN_SIGNING_ALG: 'EdDSA',
    CLAVIGER_KEY_ROTATION_INTERVAL: '720h',
    CLAVIGER_KEY_PUBLISH_AHEAD: '48h',
    CLAVIGER_STRICT_GRANT_SCOPE: 'true',
    CLAVIGER_SCOPE_STRATEGY: 'exact',
    CLAVIGER_REQUIRE_PKCE: 'false',
    CLAVIGER_MIN_STATE_LENGTH: '8',
    CLAVIGER_SHARE_ERROR_DEBUG: 'true',
    CLAVIGER_CORS_ALLOWED_ORIGINS: 'https://a.example, https://*.b.example:8443',
    CLAVIGER_CORS_MAX_AGE: '10m',
    CLAVIGER_DISCOVERY_CLAIMS_SUPPORTED: 'name,email',
    CLAVIGER_DISCOVERY_SCOPES_SUPPORTED: 'profile',
    CLAVIGER_DISCOVERY_USERINFO_ENDPOINT: 'https://id.example.com/me',
    CLAVIGER_ALLOW_UNSIGNED_REQUEST_OBJECTS: 'true',
    CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'guarded',
    CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN: 'an-initial-access-token, another-access-token',
    CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_ALLOWED_SCOPE: 'openid,photos.*',
    CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_DEFAULT_SCOPE: 'openid,email',
    CLAVIGER_DEFAULT_CLIENT_SCOPE: 'openid,profile',
    CLAVIGER_LAX_CLIENT_METADATA: 'true',
    CLAVIGER_CONFIRM_ERROR_REDIRECTS: 'false',
    CLAVIGER_STRICT_CLIENT_AUTH_METHOD: 'true',
    CLAVIGER_MIN_CLIENT_SECRET_LENGTH: '12',
    CLAVIGER_SUBJECT_TYPES_SUPPORTED: 'public,pairwise',
    CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT: 'a salt of tests',
  });
  t.strictSame(config, {
    issuer: 'https://id.example.com/tenant',
    development: false,
    apply: '/etc/claviger/clients',
    stores: everywhere({ kind: 'sqlite', file: '/var/lib/id.db' }),
    postgres: { poolSize: 10, statementTimeoutMs: 5000, connectTimeoutMs: 5000 },
    redis: {
      prefix: 'claviger:',
      commandTimeoutMs: 2000,
      connectTimeoutMs: 5000,
      allowEviction: false,
    },
    autoMigrate: null,
    workers: 1,
    cleanerInterval: 60,
    audit: { table: true, tokens: true, subject: 'fingerprint', retention: 172_800, checkpointInterval: 60 },
    shutdownTimeout: 30,
    drainDelay: 5,
    keepAlive: 125,
    dataFolder: '/var/lib',
    public: { host: '0.0.0.0', port: 80, tls: null },
    admin: { host: '::1', port: 81, tls: null },
    adminAllowedHosts: ['admin.internal', '*.example.com'],
    publicHealth: false,
    adminSocket: null,
    adminGuarded: true,
    adminCertificates: null,
    pages: {
      builtIn: false,
      anywhere: false,
      loginUrl: 'https://app.example.com/login?x=1',
      consentUrl: 'https://app.example.com/consent',
      errorUrl: 'https://app.example.com/error',
      logoutRedirectUrl: 'https://app.example.com/bye',
    },
    systemSecrets: [secret, 'an older secret of the server'],
    log: { level: 'warn', format: 'json' },
    trustedProxies: ['loopback', '10.0.0.0/8'],
    metrics: { enabled: true, hydraNames: true },
    rates: {
      token: { requests: 600, seconds: 60 },
      introspection: { requests: 6000, seconds: 60 },
      authorization: { requests: 60, seconds: 60 },
      registration: { requests: 10, seconds: 3600 },
    },
    cors: { allowedOrigins: ['https://a.example', 'https://*.b.example:8443'], maxAge: 600 },
    unguardedDocuments: false,
    settings: {
      firstAdminKeys: ['zK3-first.key_ofThe/test', 's3cond~key+ofTheTest'],
      accessTokenLifespan: 300,
      idTokenLifespan: 5400,
      authCodeLifespan: 10,
      refreshTokenLifespan: 5400,
      maxClientTokenLifespan: 172_800,
      loginSessionLifespan: 60,
      legacyCookies: false,
      flowLifespan: 1200,
      maxPendingFlows: 5000,
      maxPendingFlowsPerProcess: 3000,
      maxPendingFlowsPerNetwork: 200,
      refreshGrace: 0,
      idTokenSigningAlg: 'ES256',
      accessTokenStrategy: 'jwt',
      standardClaims: 'userinfo',
      accessTokenSigningAlg: 'EdDSA',
      keyRotationInterval: 720 * 3600,
      keyPublishAhead: 48 * 3600,
      showSigningKeys: false,
      strictGrantScope: true,
      scopeStrategy: 'exact',
      requirePkce: false,
      minStateLength: 8,
      subjectTypes: ['public', 'pairwise'],
      pairwiseSalt: 'a salt of tests',
      shareErrorDebug: true,
      allowUnsignedRequestObjects: true,
      clientRegistration: 'guarded',
      initialAccessTokens: ['an-initial-access-token', 'another-access-token'],
      registrationScope: ['openid', 'photos.*'],
      confirmErrorRedirects: false,
      strictAuthMethod: true,
      minClientSecretLength: 12,
      registrationDefaultScope: 'openid email',
      laxClientMetadata: true,
      defaultClientScope: 'openid profile',
      claimsSupported: ['name', 'email'],
      scopesSupported: ['profile'],
      userinfoEndpoint: 'https://id.example.com/me',
    },
    warnings: [],
  });
});

t.test('all problems are reported together, each with its setting and the accepted values', async (t) => {
  t.strictSame(
    problemsOf({
      CLAVIGER_ISUER: 'https://id.example.com/',
      CLAVIGER_DSN: 'mysql://root@db/x',
      CLAVIGER_PUBLIC_PORT: '99999',
      CLAVIGER_REQUIRE_PKCE: 'yes',
      CLAVIGER_LOG_LEVEL: 'loud',
      CLAVIGER_ID_TOKEN_LIFESPAN: '500ms',
      CLAVIGER_CLEANER_INTERVAL: '720h',
      CLAVIGER_ADMIN_HOST: '0.0.0.0',
      CLAVIGER_CONSENT_URL: 'https://app.example.com/consent',
    }),
    [
      'CLAVIGER_ISUER is not a setting; did you mean CLAVIGER_ISSUER?',
      'CLAVIGER_PUBLIC_PORT must be a whole number from 1 to 65535; it is "99999".',
      'CLAVIGER_DSN must be sqlite:FILE, such as sqlite:claviger.db, or sqlite::memory:, or begin with postgres:// or redis://.',
      'CLAVIGER_CLEANER_INTERVAL must be a duration in whole seconds, at least 0s and at most 24h, such as 30s, 10m or 1h30m; it is "720h".',
      'CLAVIGER_LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent; it is "loud".',
      'CLAVIGER_ID_TOKEN_LIFESPAN must be a duration in whole seconds, at least 1s, such as 30s, 10m or 1h30m; it is "500ms".',
      'CLAVIGER_REQUIRE_PKCE must be true or false; it is "yes".',
      'CLAVIGER_ADMIN_HOST must be a loopback address, because the admin API requires no key. To use another address, set CLAVIGER_ADMIN_KEY (`openssl rand -hex 32` generates one), CLAVIGER_ADMIN_MTLS_CA_FILE for client certificates, or CLAVIGER_ADMIN_REQUIRE_KEY=true if your keys are in the store already.',
      'CLAVIGER_LOGIN_URL must be set too, because CLAVIGER_CONSENT_URL is set. Set both or neither.',
    ],
  );
});

t.test('values that are refused', async (t) => {
  const refused: readonly (readonly [string, string])[] = [
    ['CLAVIGER_ISSUER', 'id.example.com'],
    ['CLAVIGER_ISSUER', 'ftp://127.0.0.1/'],
    ['CLAVIGER_ISSUER', 'http://127.0.0.1/?a'],
    ['CLAVIGER_ISSUER', 'http://127.0.0.1/#a'],
    ['CLAVIGER_ISSUER', 'http://a:b@127.0.0.1/'],
    ['CLAVIGER_DSN', 'mysql://db/claviger'],
    ['CLAVIGER_STORE_TOKENS', 'redis:'],
    ['CLAVIGER_DSN', 'sqlite:'],
    ['CLAVIGER_DSN', 'sqlite:a.db?mode=ro'],
    ['CLAVIGER_DSN', 'claviger.db'],
    ['CLAVIGER_PUBLIC_PORT', '0'],
    ['CLAVIGER_PUBLIC_PORT', '4444.5'],
    ['CLAVIGER_PUBLIC_PORT', '-1'],
    ['CLAVIGER_PUBLIC_PORT', '4445'],
    ['CLAVIGER_PUBLIC_HOST', 'http://127.0.0.1'],
    ['CLAVIGER_ERROR_URL', '/error'],
    ['CLAVIGER_DISCOVERY_USERINFO_ENDPOINT', 'https://app.example.com/#me'],
    ['CLAVIGER_ACCESS_TOKEN_LIFESPAN', '0s'],
    ['CLAVIGER_ACCESS_TOKEN_LIFESPAN', '1'],
    ['CLAVIGER_ACCESS_TOKEN_LIFESPAN', '-1h'],
    ['CLAVIGER_ACCESS_TOKEN_LIFESPAN', '1h 30m'],
    ['CLAVIGER_ACCESS_TOKEN_LIFESPAN', '1.0000001s'],
    ['CLAVIGER_ACCESS_TOKEN_LIFESPAN', '9999999h'],
    ['CLAVIGER_REFRESH_GRACE', 'off'],
    ['CLAVIGER_MIN_STATE_LENGTH', 'eight'],
    ['CLAVIGER_CORS_ALLOWED_ORIGINS', 'https://app.example.com/'],
    ['CLAVIGER_CORS_ALLOWED_ORIGINS', 'https://a.example,app.example.com'],
    ['CLAVIGER_DISCOVERY_SCOPES_SUPPORTED', 'two words'],
    ['CLAVIGER_SUBJECT_TYPES_SUPPORTED', 'private'],
    ['CLAVIGER_SYSTEM_SECRET', 'fifteen letters'],
    ['CLAVIGER_SYSTEM_SECRET', `${secret},short`],
    ['CLAVIGER_SYSTEM_SECRET', `${secret},`],
  ];
  for (const [name, text] of refused) {
    const problems = problemsOf({ [name]: text });
    t.match(problems, [new RegExp(`^${name} `)], `${name}=${text}`);
    t.equal(problems.length, 1, `${name}=${text} is one problem`);
  }
});

t.test('an error about a secret never shows it', async (t) => {
  const file = join(t.testdir({ 'bad.json': '{ "system_secret": "hunter2-hunter2-hunter2"' }), 'bad.json');
  const told = [
    ...problemsOf({ CLAVIGER_SYSTEM_SECRET: 'hunter2' }),
    ...problemsOf({ CLAVIGER_ISSUER: 'https://u:hunter2@id.example.com/' }),
    ...problemsOf({ CLAVIGER_DSN: 'postgres://claviger:hunter2@d b/claviger' }),
    ...problemsOf({ CLAVIGER_SYSTEM_SECRETS: 'hunter2-hunter2-hunter2' }),
    ...problemsOf({ CLAVIGER_CONFIG: file }),
  ];
  t.equal(told.length, 5);
  t.notMatch(told.join('\n'), 'hunter2');
});

t.test('plain http off loopback requires a setting', async (t) => {
  const settings = { CLAVIGER_ISSUER: 'http://id.example.com/', CLAVIGER_SYSTEM_SECRET: secret };
  t.match(problemsOf(settings), [/^CLAVIGER_ISSUER must be https/]);
  const config = readConfig({ ...settings, CLAVIGER_DANGEROUS_FORCE_HTTP: 'true' });
  t.match(config.warnings, [
    'Users cannot log in: CLAVIGER_LOGIN_URL and CLAVIGER_CONSENT_URL are not set.',
    /FORCE_HTTP/,
  ]);
  t.match(problemsOf({ ...settings, CLAVIGER_ISSUER: 'HTTP://id.example.com/' }), [/^CLAVIGER_ISSUER must be https/]);
  for (const issuer of [
    'https:\\\\id.example.com',
    'https:id.example.com',
    'https://user:pw@id.example.com',
    'https://@id.example.com',
  ]) {
    t.match(problemsOf({ ...settings, CLAVIGER_ISSUER: issuer }), [/^CLAVIGER_ISSUER must be an absolute/], issuer);
    t.match(problemsOf({ CLAVIGER_ERROR_URL: issuer }), [/^CLAVIGER_ERROR_URL must be an absolute/], issuer);
  }
  for (const host of ['localhost', '127.8.8.8', '[::1]', 'app.localhost']) {
    t.strictSame(problemsOf({ CLAVIGER_ISSUER: `http://${host}:4444/` }), [], host);
  }
  for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '0.0.0.0', '[::]', '10.0.0.1']) {
    t.match(problemsOf({ ...settings, CLAVIGER_ISSUER: `http://${host}/` }), [/^CLAVIGER_ISSUER/], host);
  }
});

t.test('an open admin listener requires a setting', async (t) => {
  const config = readConfig({ CLAVIGER_ADMIN_HOST: '0.0.0.0', CLAVIGER_DANGEROUS_OPEN_ADMIN: 'true' });
  t.match(config.warnings, [/lets anyone log in/, /CLAVIGER_ADMIN_ALLOWED_HOSTS/, /OPEN_ADMIN/]);
  for (const wrong of ['https://admin.example', 'admin:4445', 'a b', '*.*'])
    t.match(
      problemsOf({ CLAVIGER_ADMIN_ALLOWED_HOSTS: wrong }),
      [/^CLAVIGER_ADMIN_ALLOWED_HOSTS must be a comma-separated list/],
      wrong,
    );
});

t.test('off loopback the admin listener needs a key', async (t) => {
  const elsewhere = { CLAVIGER_ADMIN_HOST: '0.0.0.0', CLAVIGER_ADMIN_ALLOWED_HOSTS: 'claviger-admin' };
  t.match(problemsOf(elsewhere), [/^CLAVIGER_ADMIN_HOST must be a loopback address.*CLAVIGER_ADMIN_KEY/]);
  const key = 'u8_kQ2.first-key-Wm4';
  t.equal(readConfig({}).adminGuarded, false, 'open on loopback');
  t.equal(readConfig({ CLAVIGER_ADMIN_KEY: key }).adminGuarded, true, 'a first key guards loopback too');
  t.equal(readConfig({ ...elsewhere, CLAVIGER_ADMIN_REQUIRE_KEY: 'true' }).adminGuarded, true);
  const both = readConfig({ ...elsewhere, CLAVIGER_ADMIN_KEY: key, CLAVIGER_DANGEROUS_OPEN_ADMIN: 'true' });
  t.equal(both.adminGuarded, true, 'a key is never ignored');
  t.notMatch(both.warnings.join(), /OPEN_ADMIN/);
});

t.test('the first admin key may be in a file', async (t) => {
  const file = join(t.testdir({ key: 'u8_kQ2.first-key-Wm4\n', bad: 'short' }), 'key');
  const config = readConfig({ CLAVIGER_ADMIN_KEY_FILE: file });
  t.same([config.settings.firstAdminKeys, config.adminGuarded], [['u8_kQ2.first-key-Wm4'], true]);
  t.match(problemsOf({ CLAVIGER_ADMIN_KEY_FILE: `${file}-missing` }), [/^CLAVIGER_ADMIN_KEY_FILE .*\(ENOENT\)/]);
  t.match(problemsOf({ CLAVIGER_ADMIN_KEY_FILE: file.replace(/key$/, 'bad') }), [
    /^The content of CLAVIGER_ADMIN_KEY_FILE must be at least 16 characters/,
  ]);
  t.match(problemsOf({ CLAVIGER_ADMIN_KEY_FILE: file, CLAVIGER_ADMIN_KEY: 'u8_kQ2.first-key-Wm4' }), [/are both set/]);
});

t.test('an admin key that is easy to guess is refused, unless the issuer is on loopback', async (t) => {
  const weak = { CLAVIGER_ADMIN_KEY: 'change-me-change-me' };
  t.match(readConfig(weak).warnings.join(), /CLAVIGER_ADMIN_KEY is easy to guess/);
  const issuer = { CLAVIGER_ISSUER: 'https://id.example.com/', CLAVIGER_SYSTEM_SECRET: 'kZ8-aW3_mQ5.xR7~tP1' };
  t.match(problemsOf({ ...weak, ...issuer }), [/^CLAVIGER_ADMIN_KEY is easy to guess/]);
});

t.test('showing the private halves of signing keys requires a setting', async (t) => {
  const config = readConfig({ CLAVIGER_DANGEROUS_SHOW_SIGNING_KEYS: 'true' });
  t.equal(config.settings.showSigningKeys, true);
  t.match(config.warnings, [/lets anyone log in/, /SHOW_SIGNING_KEYS/]);
});

t.test('the publication time of a key must be shorter than its signing time, unless keys do not rotate', async (t) => {
  const ahead = { CLAVIGER_KEY_PUBLISH_AHEAD: '24h' };
  t.match(problemsOf({ ...ahead, CLAVIGER_KEY_ROTATION_INTERVAL: '24h' }), [/^CLAVIGER_KEY_PUBLISH_AHEAD must be/]);
  t.same(problemsOf({ ...ahead, CLAVIGER_KEY_ROTATION_INTERVAL: '25h' }), []);
  t.same(problemsOf({ ...ahead, CLAVIGER_KEY_ROTATION_INTERVAL: '0s' }), []);
});

t.test('guarded registration needs an initial access token, and open registration causes a warning', async (t) => {
  t.match(problemsOf({ CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'guarded' }), [/INITIAL_ACCESS_TOKEN must be set/]);
  for (const weak of ['too-short', 'a token with blanks in it', 'good-enough-for-this,']) {
    const settings = { CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN: weak };
    const [problem = ''] = problemsOf(settings);
    t.match(problem, /INITIAL_ACCESS_TOKEN must be at least 16 characters/);
    t.notMatch(problem, weak, 'the value may be a secret');
  }
  const open = { CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'open' };
  t.match(readConfig(open).warnings, [
    /lets anyone log in/,
    /Anyone can register .* with CLAVIGER_RATE_LIMIT_REGISTRATION/,
  ]);
  t.match(readConfig({ ...open, CLAVIGER_RATE_LIMIT_REGISTRATION: '10/1h' }).warnings, [
    /lets anyone log in/,
    /Anyone can register [^.]*\.$/,
  ]);
});

t.test('relaxing the guards for test hosts requires a setting and causes a warning', async (t) => {
  const issuer = { CLAVIGER_ISSUER: 'https://op.test:9443/', CLAVIGER_SYSTEM_SECRET: secret };
  t.equal(readConfig(issuer).pages.builtIn, false);
  t.equal(readConfig(issuer).unguardedDocuments, false);
  const relaxed = readConfig({
    ...issuer,
    CLAVIGER_DANGEROUS_BUILT_IN_PAGES: 'true',
    CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: 'true',
  });
  t.match(relaxed.pages, { builtIn: true, loginUrl: 'https://op.test:9443/dev/login' });
  t.equal(relaxed.unguardedDocuments, true);
  t.match(relaxed.warnings, [/lets anyone log in/, /BUILT_IN_PAGES/, /UNGUARDED_DOCUMENTS/]);
});

t.test('a server outside development needs a system secret', async (t) => {
  const issuer = { CLAVIGER_ISSUER: 'https://id.example.com/' };
  t.match(problemsOf(issuer), [/^CLAVIGER_SYSTEM_SECRET must be set/]);
  t.match(
    problemsOf({ ...issuer, CLAVIGER_SYSTEM_SECRET: '' }),
    [/^CLAVIGER_SYSTEM_SECRET must be set/],
    'empty is unset',
  );
  const short = problemsOf({ ...issuer, CLAVIGER_SYSTEM_SECRET: 'changeme' });
  t.match(short, [/^CLAVIGER_SYSTEM_SECRET must be at least 16 bytes/]);
  t.equal(short.length, 1, 'one that is too short is not reported as missing too');
});

t.test('a system secret that is easy to guess is refused, but on loopback it is a warning', async (t) => {
  const at = (systemSecret: string, issuer = 'https://id.example.com/') => ({
    CLAVIGER_ISSUER: issuer,
    CLAVIGER_SYSTEM_SECRET: systemSecret,
  });
  const weak = [
    '1111111111111111',
    'abababababababababab',
    'passwordpassword',
    '0123456789abcdef',
    '0123456789abcdef0123456789abcdef',
    'zyxwvutsrqponmlkjihgfedcba',
    'this-is-my-secret-key-123',
    'youReallyNeedToChangeThis',
    'CHANGEME_CHANGEME',
    'secret-secret-secret',
    'claviger-secret-2024',
  ];
  for (const secret of weak) {
    t.match(problemsOf(at(secret)), [/^CLAVIGER_SYSTEM_SECRET is easy to guess. .*openssl rand -hex 32/], secret);
    t.notMatch(problemsOf(at(secret)).join(), secret, 'never repeated');
    t.match(readConfig(at(secret, 'http://127.0.0.1:4444/')).warnings.join(), /SYSTEM_SECRET is easy to guess/, secret);
    const replaced = readConfig(at(`${randomBytes(32).toString('hex')},${secret}`));
    t.match(
      replaced.warnings.join(),
      /an earlier secret is easy to guess/,
      'an earlier secret can be weak, because it is being replaced',
    );
  }
  const good = ['correct horse battery staple', ...Array.from({ length: 200 }, () => randomBytes(16).toString('hex'))];
  for (const secret of [...good, ...good.map(() => randomBytes(16).toString('base64'))]) {
    t.notMatch(readConfig(at(secret)).warnings.join(), /easy to guess/);
  }
  const guarded = { ...at(secret), CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'guarded' };
  t.match(problemsOf({ ...guarded, CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN: 'a'.repeat(16) }), [
    /^CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN is easy to guess/,
  ]);
});

t.test('the built-in pages are off as soon as pages are set, and off loopback', async (t) => {
  const pages = { CLAVIGER_LOGIN_URL: 'https://a.example/l', CLAVIGER_CONSENT_URL: 'https://a.example/c' };
  t.equal(readConfig(pages).pages.builtIn, false);
  const config = readConfig({ CLAVIGER_ISSUER: 'https://id.example.com/', CLAVIGER_SYSTEM_SECRET: secret });
  t.match(config.pages, { builtIn: false, loginUrl: 'https://id.example.com/oauth2/fallbacks/consent' });
  t.match(readConfig({ CLAVIGER_PUBLIC_HOST: '0.0.0.0' }).pages, { builtIn: true, anywhere: false });
});

t.test('a former name still works, with a warning that names the new one', async (t) => {
  const [former, present] = ['redis://former.internal', 'redis://present.internal'] as const;
  const folder = t.testdir({ 'former.json': JSON.stringify({ store_claims: former }) });
  const file = join(folder, 'former.json');
  const common = { CLAVIGER_SYSTEM_SECRET: secret };
  const read = (environment: Record<string, string>) => {
    const { stores, warnings } = readConfig({ ...common, ...environment });
    return {
      leases: 'url' in stores.leases && stores.leases.url,
      warnings: warnings.filter((one) => /claims/i.test(one)),
    };
  };
  const warning = / was renamed to CLAVIGER_STORE_LEASES \(store_leases in the file\)\. A later release will refuse/;
  t.match(read({ CLAVIGER_STORE_CLAIMS: former }), {
    leases: former,
    warnings: [/^CLAVIGER_STORE_CLAIMS was renamed to/],
  });
  t.match(read({ CLAVIGER_STORE_CLAIMS: former }), { warnings: [warning] });
  t.match(read({ CLAVIGER_CONFIG: file }), {
    leases: former,
    warnings: [/^"store_claims" in .*former\.json was renamed to/],
  });
  t.strictSame(read({ CLAVIGER_STORE_LEASES: present }), { leases: present, warnings: [] });
  t.strictSame(read({ CLAVIGER_STORE_CLAIMS: '' }).warnings, [], 'an empty variable counts as unset');

  const both = { CLAVIGER_STORE_CLAIMS: former, CLAVIGER_STORE_LEASES: former };
  t.match(read(both), { leases: former, warnings: [warning] }, 'both names with one text');
  t.strictSame(problemsOf({ ...common, ...both, CLAVIGER_STORE_LEASES: present }), [
    'CLAVIGER_STORE_CLAIMS and CLAVIGER_STORE_LEASES differ. They are one setting: remove CLAVIGER_STORE_CLAIMS.',
  ]);
  t.strictSame(problemsOf({ ...common, CLAVIGER_CONFIG: file, CLAVIGER_STORE_LEASES: present }), [
    `"store_claims" in ${file} and CLAVIGER_STORE_LEASES differ. They are one setting: remove "store_claims" in ${file}.`,
  ]);
});

t.test('a configuration file sets the same settings, and the environment overrides it', async (t) => {
  const folder = t.testdir({
    'good.json': JSON.stringify({
      issuer: 'https://id.example.com/',
      system_secret: secret,
      public_port: 8080,
      admin_port: 8081,
      require_pkce: false,
      cors_allowed_origins: ['https://a.example', 'https://b.example'],
      log_level: '',
    }),
    'bad.json': JSON.stringify({ isuer: 'x', CLAVIGER_ISSUER: 'x', public_port: null, admin_port: 'x', dsn: ['a,b'] }),
    'list.json': '[]',
  });
  const good = join(folder, 'good.json');
  const config = readConfig({ CLAVIGER_CONFIG: good, CLAVIGER_PUBLIC_PORT: '9090', CLAVIGER_ADMIN_PORT: '' });
  t.match(config, {
    issuer: 'https://id.example.com/',
    systemSecrets: [secret],
    public: { port: 9090 },
    admin: { port: 8081 },
    cors: { allowedOrigins: ['https://a.example', 'https://b.example'], maxAge: 0 },
    settings: { requirePkce: false },
    log: { level: 'info' },
  });
  const bad = join(folder, 'bad.json');
  t.strictSame(problemsOf({ CLAVIGER_CONFIG: bad }), [
    `"isuer" in ${bad} is not a setting; did you mean issuer?`,
    `"CLAVIGER_ISSUER" in ${bad} is not a setting.`,
    `"public_port" in ${bad} must be a string, a number, true, false, or a list of strings without commas.`,
    `"dsn" in ${bad} must be a string, a number, true, false, or a list of strings without commas.`,
    `"admin_port" in ${bad} must be a whole number from 1 to 65535; it is "x".`,
  ]);
  t.match(problemsOf({ CLAVIGER_CONFIG: join(folder, 'list.json') }), [/one JSON object/]);
  t.match(problemsOf({ CLAVIGER_CONFIG: join(folder, 'none.json') }), [/cannot be read \(ENOENT\)/]);
});

t.test('docs/settings.md lists every setting as it is declared', async (t) => {
  const page = readFileSync(new URL('../../../../docs/settings.md', import.meta.url), 'utf8');
  t.equal(page, settingsPage(), 'to update it: npm run pages');
  for (const { name } of Object.values(variables)) {
    t.match(page, `| \`${name}\` | \`${fileKey(name)}\` |`);
  }
});

t.test(
  'variables that Kubernetes injects for a Service are ignored; if a name clashes, the message explains it',
  async (t) => {
    const links = {
      CLAVIGER_PORT: 'tcp://10.0.0.1:4444',
      CLAVIGER_SERVICE_HOST: '10.0.0.1',
      CLAVIGER_SERVICE_PORT: '4444',
      CLAVIGER_SERVICE_PORT_HTTP: '4444',
      CLAVIGER_PORT_4444_TCP: 'tcp://10.0.0.1:4444',
      CLAVIGER_PORT_4444_TCP_PROTO: 'tcp',
      CLAVIGER_PORT_4444_TCP_PORT: '4444',
      CLAVIGER_PORT_4444_TCP_ADDR: 'fd00::1',
      CLAVIGER_PUBLIC_SERVICE_HOST: '10.0.0.2',
      CLAVIGER_PUBLIC_PORT_4444_UDP: 'udp://[fd00::1]:4444',
    };
    t.strictSame(problemsOf(links), []);
    t.match(problemsOf({ CLAVIGER_PUBLIC_PORT: 'tcp://10.0.0.1:4444' }), [
      /^CLAVIGER_PUBLIC_PORT must be .*a Service named claviger-public: set "enableServiceLinks: false"/,
    ]);
    t.match(problemsOf({ CLAVIGER_PORT: 'public', CLAVIGER_SERVICE_NAME: 'x' }), [
      /^CLAVIGER_PORT is not a setting/,
      /^CLAVIGER_SERVICE_NAME is not a setting/,
    ]);
  },
);

t.test('RFC 8259 §8.1: a configuration file may begin with a byte order mark', async (t) => {
  const folder = t.testdir({ 'windows.json': '\uFEFF{\r\n  "log_format": "json"\r\n}\r\n' });
  t.equal(readConfig({ CLAVIGER_CONFIG: join(folder, 'windows.json') }).log.format, 'json');
});

t.test('the URL of a page may have a fragment, for routes of a single-page app', async (t) => {
  const pages = {
    CLAVIGER_LOGIN_URL: 'https://l.example/#/login',
    CLAVIGER_CONSENT_URL: 'https://l.example/#/consent',
  };
  t.equal(readConfig(pages).pages.loginUrl, 'https://l.example/#/login');
});

t.test('the default issuer is the loopback address of the public listener, without a trailing slash', async (t) => {
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{}, 'http://127.0.0.1:4444'],
    [{ CLAVIGER_PUBLIC_PORT: '5000' }, 'http://127.0.0.1:5000'],
    [{ CLAVIGER_PUBLIC_HOST: 'localhost' }, 'http://localhost:4444'],
    [{ CLAVIGER_PUBLIC_HOST: '::1', CLAVIGER_PUBLIC_PORT: '5000' }, 'http://[::1]:5000'],
    [{ CLAVIGER_PUBLIC_HOST: '0.0.0.0' }, 'http://127.0.0.1:4444'],
  ];
  for (const [settings, issuer] of cases) {
    const config = readConfig(settings);
    t.equal(config.issuer, issuer);
    t.equal(config.development, true);
    t.notMatch(config.warnings.join(), 'CLAVIGER_ISSUER');
  }
  t.equal(
    readConfig({ CLAVIGER_ISSUER: 'http://127.0.0.1:4444/' }).issuer,
    'http://127.0.0.1:4444/',
    'kept as written',
  );
});

t.test('in development, an issuer that browsers cannot reach here causes a warning', async (t) => {
  const warned = (settings: Record<string, string>) =>
    readConfig({ CLAVIGER_SYSTEM_SECRET: secret, ...settings }).warnings.some((one) =>
      one.includes('CLAVIGER_ISSUER to'),
    );
  const moved = { CLAVIGER_ISSUER: 'http://127.0.0.1:4444/', CLAVIGER_PUBLIC_PORT: '5000' };
  t.ok(warned(moved));
  t.notOk(warned({ ...moved, CLAVIGER_TRUSTED_PROXIES: 'loopback' }), 'a proxy listens there');
  t.ok(warned({ CLAVIGER_ISSUER: 'http://localhost/' }));
  t.ok(warned({ CLAVIGER_PUBLIC_HOST: '10.0.0.7' }));
  t.notOk(warned({ CLAVIGER_ISSUER: 'http://localhost:4444/' }));
  t.notOk(warned({ CLAVIGER_ISSUER: 'https://id.example.com', CLAVIGER_PUBLIC_PORT: '5000' }), 'behind a proxy');
});
