// The plugins in another Fastify application, with its own parsers, validator, error handler, CORS and prefix.
import { createProvider, emptyClientMetadata, type Provider } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { adminV1Routes, publicRoutes } from '@claviger/http';
import fastifyCors from '@fastify/cors';
import formbody from '@fastify/formbody';
import { type FastifyInstance, type FastifyPluginCallback, type FastifyServerOptions, fastify } from 'fastify';
import t, { type Test } from 'tap';

const callback = 'https://shop.example/cb';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const basic = { authorization: `Basic ${btoa('shop:shop-secret')}` };

const givenAProvider = (issuer: string): Provider =>
  createProvider({
    issuer,
    stores: memoryStores(),
    system: nodeSystem({ systemSecret: 'a-secret-of-the-tests' }),
    settings: { clientRegistration: 'open' },
    ui: {
      loginUrl: 'http://ui.example/login',
      consentUrl: 'http://ui.example/consent',
      errorUrl: null,
      logoutRedirectUrl: 'http://ui.example/bye',
    },
  });

interface Given {
  readonly app: FastifyInstance;
  readonly provider: Provider;
}

interface Surroundings {
  readonly options?: FastifyServerOptions;
  readonly prefix?: string;
  /** Sets up the application before the plugins are registered. */
  readonly before?: (app: FastifyInstance) => void;
}

const givenAnApp = (t: Test, { options = {}, prefix = '', before = () => {} }: Surroundings = {}): Given => {
  const provider = givenAProvider(`http://127.0.0.1:4444${prefix}/`);
  const app = fastify(options);
  t.teardown(() => app.close());
  before(app);
  app.post('/own', async ({ body }) => ({ body }));
  app.register(publicRoutes, { prefix, provider, listener: 'public' });
  return { app, provider };
};

const createShop = ({ admin }: Provider): Promise<unknown> =>
  admin.createClient({
    id: 'shop',
    secret: 'shop-secret',
    metadata: {
      ...emptyClientMetadata,
      redirectUris: [callback],
      scope: 'openid offline',
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    },
  });

/** From the authorization request to a revoked refresh token. */
const codeFlow = async (t: Test, { app, provider }: Given, prefix = ''): Promise<void> => {
  await createShop(provider);
  const cookies = new Map<string, string>();
  const open = async (url: string): Promise<URL> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await app.inject({ url, headers: { cookie } });
    for (const { name, value } of reply.cookies) cookies.set(name, value);
    t.equal(reply.statusCode, 302, reply.body);
    return new URL(String(reply.headers.location));
  };
  const local = (answer: { readonly outcome: string; readonly redirectTo?: string }): string => {
    const { pathname, search } = new URL(answer.redirectTo ?? '');
    return pathname + search;
  };
  const query = new URLSearchParams({
    client_id: 'shop',
    response_type: 'code',
    scope: 'openid offline',
    redirect_uri: callback,
    state: 'state-1',
  });
  const toLogin = await open(`${prefix}/oauth2/auth?${query}`);
  const login = toLogin.searchParams.get('login_challenge') ?? '';
  const toConsent = await open(local(await provider.admin.acceptLogin({ challenge: login, subject: 'anna' })));
  const consent = toConsent.searchParams.get('consent_challenge') ?? '';
  const granted = { challenge: consent, grantedScope: ['openid', 'offline'], grantedAudience: [] };
  const arrived = await open(local(await provider.admin.acceptConsent(granted)));
  const post = (path: string, fields: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: prefix + path,
      headers: { ...form, ...basic },
      payload: new URLSearchParams(fields).toString(),
    });
  const code = arrived.searchParams.get('code') ?? '';
  const tokens = await post('/oauth2/token', { grant_type: 'authorization_code', code, redirect_uri: callback });
  t.equal(tokens.statusCode, 200, tokens.body);
  const { access_token, refresh_token } = tokens.json();
  const userinfo = await app.inject({
    method: 'POST',
    url: `${prefix}/userinfo`,
    headers: form,
    payload: new URLSearchParams({ access_token }).toString(),
  });
  t.strictSame(userinfo.json(), { sub: 'anna' });
  t.match((await post('/oauth2/introspect', { token: refresh_token })).json(), { active: true, sub: 'anna' });
  t.equal((await post('/oauth2/revoke', { token: refresh_token })).statusCode, 200);
  t.strictSame((await post('/oauth2/introspect', { token: refresh_token })).json(), { active: false });
};

const refuseEverything = (app: FastifyInstance): void => {
  app.addContentTypeParser('application/x-www-form-urlencoded', (_request, payload, done) => {
    payload.resume();
    done(new Error('The parser of the application was called.'));
  });
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(new Error('The parser of the application was called.'));
  });
};

const surroundings: Readonly<Record<string, Surroundings>> = {
  'a plain Fastify()': {},
  'its own @fastify/formbody': { before: (app) => void app.register(formbody) },
  'a prefix': { prefix: '/sso' },
  'content type parsers of its own': { before: refuseEverything },
  'no content type parser at all': { before: (app) => app.removeAllContentTypeParsers() },
  'an error handler of its own': {
    before: (app) => app.setErrorHandler((_error, _request, reply) => reply.code(418).send('of the application')),
  },
  'a validator of its own': {
    before: (app) => void app.setValidatorCompiler(() => () => ({ error: new Error('no') })),
  },
  'its own @fastify/cors': { before: (app) => void app.register(fastifyCors, { origin: true }) },
};

for (const [name, surrounding] of Object.entries(surroundings)) {
  t.test(`the whole code flow in an application with ${name}`, async (t) => {
    const given = givenAnApp(t, surrounding);
    await codeFlow(t, given, surrounding.prefix);
  });
}

t.test("the application's own routes keep its parsers", async (t) => {
  const { app } = givenAnApp(t, { before: (app) => void app.register(formbody) });
  const parsed = await app.inject({ method: 'POST', url: '/own', headers: form, payload: 'a=1&b=2' });
  t.strictSame(parsed.json(), { body: { a: '1', b: '2' } });
  const { app: plain } = givenAnApp(t);
  t.equal((await plain.inject({ method: 'POST', url: '/own', headers: form, payload: 'a=1' })).statusCode, 415);
  t.strictSame((await plain.inject({ method: 'POST', url: '/own', payload: { a: 1 } })).json(), { body: { a: 1 } });
});

t.test('refusals are OAuth errors regardless of the error handler of the application', async (t) => {
  const { app } = givenAnApp(t, {
    before: (app) => app.setErrorHandler((_error, _request, reply) => reply.code(418).send('of the application')),
  });
  const post = (headers: Record<string, string>, payload: string) =>
    app.inject({ method: 'POST', url: '/oauth2/token', headers, payload });
  for (const type of ['application/json', 'text/plain', 'nonsense', 'application/x-www-form-urlencoded']) {
    const reply = await post({ 'content-type': type }, '{');
    t.equal(reply.statusCode, 400, type);
    t.match(reply.json(), { error: 'invalid_request' }, type);
    t.equal(reply.headers['cache-control'], 'no-store');
  }
  t.match((await post(form, 'grant_type=a&grant_type=b')).json(), { error: 'invalid_request' }, 'repeated parameters');
  const long = await post(form, 'x'.repeat(2 * 1024 * 1024));
  t.equal(long.statusCode, 413);
  t.match(long.json(), { error: 'invalid_request', status_code: 413 });
});

t.test('registration refuses the same requests as in the server', async (t) => {
  const given = givenAnApp(t, {
    options: { ajv: { customOptions: { coerceTypes: 'array', removeAdditional: 'all' } } },
  });
  const register = (payload: object) => given.app.inject({ method: 'POST', url: '/oauth2/register', payload });
  const refused = await register({ redirect_uris: callback });
  t.equal(refused.statusCode, 400);
  t.match(refused.json(), { error: 'invalid_client_metadata' }, 'a string is not converted to an array');
  t.equal((await register({ redirect_uris: [callback], client_name: 'Shop' })).json().client_name, 'Shop');
});

t.test(
  'cross-origin requests follow the option, also under a prefix; without it the application decides',
  async (t) => {
    const provider = givenAProvider('http://127.0.0.1:4444/sso/');
    const app = fastify();
    t.teardown(() => app.close());
    const cors = { allowedOrigins: ['https://app.example'], maxAge: 60 };
    app.register(publicRoutes, { prefix: '/sso', provider, listener: 'public', cors });
    const origin = 'https://app.example';
    const preflight = (path: string, from = origin) =>
      app.inject({
        method: 'OPTIONS',
        url: path,
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    t.match((await preflight('/sso/oauth2/token')).headers, {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'Authorization',
      'access-control-max-age': '60',
    });
    t.notOk('access-control-allow-origin' in (await preflight('/sso/oauth2/token', 'https://evil.example')).headers);
    t.equal((await preflight('/sso/oauth2/auth')).statusCode, 404, 'not at endpoints that scripts never call');
    t.equal((await app.inject({ method: 'OPTIONS', url: '/sso/oauth2/token' })).statusCode, 404, 'not a preflight');
    const keys = await app.inject({ url: '/sso/.well-known/jwks.json', headers: { origin: 'https://any.example' } });
    t.equal(keys.headers['access-control-allow-origin'], '*');

    const { app: without } = givenAnApp(t, { before: (app) => void app.register(fastifyCors, { origin: true }) });
    const reply = await without.inject({ url: '/userinfo', headers: { origin: 'https://other.example' } });
    t.equal(reply.headers['access-control-allow-origin'], 'https://other.example');
  },
);

const noCoercion: Readonly<Record<string, Surroundings>> = {
  'a plain Fastify()': {},
  'content type parsers of its own': { before: refuseEverything },
  'a validator of its own': surroundings['a validator of its own'] ?? {},
};

for (const [name, { before = () => {} }] of Object.entries(noCoercion)) {
  t.test(`the admin API in an application with ${name}`, async (t) => {
    const provider = givenAProvider('http://127.0.0.1:4444/');
    const app = fastify();
    t.teardown(() => app.close());
    before(app);
    const administration: FastifyPluginCallback = (scope, _options, done) => {
      scope.register(adminV1Routes, {
        provider,
        version: 'v-test',
        status: () => ({ serving: true, problems: {} }),
        renderMetrics: async () => '',
        shareErrorDebug: false,
      });
      done();
    };
    app.register(administration, { prefix: '/admin' });
    const post = (url: string, payload: string, type: string) =>
      app.inject({ method: 'POST', url: `/admin${url}`, headers: { 'content-type': type }, payload });
    const shop = { client_id: 'shop', client_secret: 'shop-secret', redirect_uris: [callback] };
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const { statusCode } = await post('/clients', JSON.stringify({ ...shop, client_id: type }), type);
      t.equal(statusCode, 201, `JSON is read as ${type}`);
    }
    const coerced = await post('/clients', JSON.stringify({ ...shop, client_name: 7 }), 'application/json');
    t.equal(coerced.statusCode, 400, 'a number is not converted to a string');
    t.match(coerced.json().error_hint, 'client_name');
    const introspected = await post('/oauth2/introspect', 'token=unknown', form['content-type']);
    t.strictSame(introspected.json(), { active: false });
    t.equal((await post('/clients', '{', 'application/json')).json().error, 'invalid_request');
  });
}
