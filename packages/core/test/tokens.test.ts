// The token endpoint: client credentials, client authentication, and failures.
import { type Stores, StoreUnavailable } from '@claviger/core';
import t from 'tap';
import { authorizeUrl, givenAClient, givenTokens, introspect, metadata } from './support/given-a-flow.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { basic, get, json, location, post } from './support/wire.ts';

t.test('client credentials: a token for the client itself, with the scope it asked for', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const { token } = given.provider.endpoints;
  const ask = (fields: Record<string, string>) =>
    post(token, { grant_type: 'client_credentials', ...fields }, client.auth);
  const reply = await ask({ scope: 'photos.read  photos.read photos.write' });
  t.match(reply.headers, { 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': /^application\/json/ });
  const body = json(reply);
  t.strictSame(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type']);
  t.match(body, { expires_in: 3600, scope: 'photos.read photos.write', token_type: 'bearer' });
  t.match(body.access_token, /^clv_at_[A-Za-z0-9_-]{65}\.[A-Za-z0-9_-]{43}$/);
  t.strictSame(await introspect(given, String(body.access_token)), {
    active: true,
    scope: 'photos.read photos.write',
    client_id: 'shop',
    sub: 'shop',
    exp: startOfTime + 3600,
    iat: startOfTime,
    iss: 'http://127.0.0.1:4444/',
    token_type: 'access_token',
  });
  t.equal(json(await ask({})).scope, '', 'no scope requested, no scope granted');
  t.equal(json(await ask({ scope: 'videos' })).error, 'invalid_scope');
  given.wait(3599);
  t.equal((await introspect(given, String(body.access_token))).active, true);
  given.wait(1);
  t.strictSame(await introspect(given, String(body.access_token)), { active: false }, 'its lifespan is 3600 seconds');
});

t.test('a client must use its registered authentication method, secret and grant types (RFC 6749 §5.2)', async (t) => {
  const given = givenAProvider();
  const shop = await givenAClient(given);
  const poster = await givenAClient(given, 'poster', { tokenEndpointAuthMethod: 'client_secret_post' });
  const app = await givenAClient(given, 'app', { tokenEndpointAuthMethod: 'none' });
  await givenAClient(given, 'plain', { grantTypes: [] });
  const odd = await given.provider.admin.createClient({
    id: 'odd:id ü',
    secret: 'p+%20:ü secret',
    metadata: metadata(),
  });
  t.equal(odd.outcome, 'created');
  const grant = { grant_type: 'client_credentials' };
  const cases: readonly [string, Record<string, string>, Record<string, string>, number, string][] = [
    ['basic', grant, shop.auth, 200, ''],
    ['basic, with its own id in the body', { ...grant, client_id: 'shop' }, shop.auth, 200, ''],
    ['basic, form-encoded', grant, basic('odd:id ü', 'p+%20:ü secret'), 200, ''],
    ['post', { ...grant, client_id: 'poster', client_secret: poster.secret }, {}, 200, ''],
    ['basic for post', grant, poster.auth, 401, 'invalid_client'],
    ['post, never stated', { ...grant, client_id: 'shop', client_secret: shop.secret }, {}, 200, ''],
    [
      'both methods together',
      { ...grant, client_id: 'shop', client_secret: shop.secret },
      shop.auth,
      400,
      'invalid_request',
    ],
    ['two clients', { ...grant, client_id: 'poster' }, shop.auth, 400, 'invalid_request'],
    ['wrong secret', grant, basic('shop', 'wrong'), 401, 'invalid_client'],
    ['empty secret', grant, basic('shop', ''), 401, 'invalid_client'],
    ['only the id', { ...grant, client_id: 'shop' }, {}, 401, 'invalid_client'],
    ['unknown client', grant, basic('ghost', 'x'), 401, 'invalid_client'],
    ['nothing', grant, {}, 401, 'invalid_client'],
    ['another scheme', grant, { authorization: 'Bearer x' }, 401, 'invalid_client'],
    ['no base64', grant, { authorization: 'Basic ***' }, 401, 'invalid_client'],
    ['no colon', grant, { authorization: `Basic ${btoa('shop')}` }, 401, 'invalid_client'],
    ['bad escape', grant, { authorization: `Basic ${btoa('shop:%zz')}` }, 401, 'invalid_client'],
    [
      'an unknown kind of assertion',
      { ...grant, client_assertion: 'x', client_assertion_type: 'y' },
      {},
      400,
      'invalid_request',
    ],
    ['a public client', { ...grant, client_id: 'app' }, {}, 400, 'unauthorized_client'],
    [
      'a public client with a secret',
      { ...grant, client_id: 'app', client_secret: app.secret || 'x' },
      {},
      401,
      'invalid_client',
    ],
    ['no grant type', {}, shop.auth, 400, 'invalid_request'],
    ['an unknown grant type', { grant_type: 'password' }, shop.auth, 400, 'unsupported_grant_type'],
    ['a name from the prototype', { grant_type: 'constructor' }, shop.auth, 400, 'unsupported_grant_type'],
    ['a grant type of another case', { grant_type: 'Client_Credentials' }, shop.auth, 400, 'unsupported_grant_type'],
  ];
  for (const [name, fields, headers, status, error] of cases) {
    const reply = await post(given.provider.endpoints.token, fields, headers);
    t.equal(reply.status, status, name);
    if (error !== '') t.equal(json(reply).error, error, name);
    t.equal(reply.headers['www-authenticate'] !== undefined, status === 401, `${name}: RFC 6749 §5.2`);
  }
  const repeated = new URLSearchParams([
    ['grant_type', 'client_credentials'],
    ['scope', 'openid'],
    ['scope', 'offline'],
  ]);
  t.equal(
    json(await post(given.provider.endpoints.token, repeated, shop.auth)).error,
    'invalid_request',
    'RFC 6749 §3.2',
  );
  t.strictSame(given.failures, [], 'none of these is reported as a failure of the server');
});

t.test('a flood of wrong secrets for one client locks out neither that client nor another', async (t) => {
  const given = givenAProvider();
  const { admin, endpoints } = given.provider;
  for (const id of ['one', 'two']) await admin.createClient({ id, secret: 'chosen-secret', metadata: metadata() });
  const ask = (id: string, secret: string) =>
    post(endpoints.token, { grant_type: 'client_credentials' }, basic(id, secret));
  const flood = Array.from({ length: 60 }, (_, index) => ask('one', `wrong-${index}`));
  t.equal((await ask('two', 'chosen-secret')).status, 200);
  t.equal((await ask('one', 'chosen-secret')).status, 200);
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  t.strictSame([...new Set(statuses)], [401]);
});

t.test('an internal failure is server_error without details, and is reported', async (t) => {
  const cause = new Error('the disk said: secret path /var/x');
  const good = givenAProvider();
  const tokens = { ...good.stores.tokens, saveClientToken: () => Promise.reject(cause) };
  const given = givenAProvider({ shareErrorDebug: true }, { stores: { ...good.stores, tokens } });
  const client = await givenAClient(given);
  const reply = await post(given.provider.endpoints.token, { grant_type: 'client_credentials' }, client.auth);
  t.equal(reply.status, 500);
  t.equal(json(reply).error, 'server_error');
  t.notMatch(reply.body, /disk|secret/);
  t.strictSame(given.failures, [cause]);
});

t.test('error_debug is the cause of a refusal, and is sent only where it is shared', async (t) => {
  for (const shareErrorDebug of [true, false]) {
    const given = givenAProvider({ shareErrorDebug });
    const client = await givenAClient(given);
    const reply = await get(given.provider.endpoints.authorize, authorizeUrl(client, { id_token_hint: 'not-a-jwt' }));
    const sent = location(reply).searchParams;
    t.equal(sent.get('error'), 'invalid_request');
    t.equal(sent.get('error_debug'), shareErrorDebug ? 'Invalid Compact JWS' : null);
  }
});

t.test('an unavailable store is 503 with Retry-After, at every endpoint', async (t) => {
  const away = new StoreUnavailable('postgres', new Error('connect ECONNREFUSED 10.0.0.7:5432'));
  const good = givenAProvider();
  const client = await givenAClient(good);
  const absent = <Store extends object>(store: Store): Store =>
    new Proxy(store, { get: () => () => Promise.reject(away) });
  const provider = (stores: Stores) => givenAProvider({ shareErrorDebug: true }, { stores }).provider;

  const { endpoints } = provider({ ...good.stores, tokens: absent(good.stores.tokens) });
  const form = { grant_type: 'client_credentials' };
  const reply = await post(endpoints.token, form, client.auth);
  t.equal(reply.status, 503);
  t.match(json(reply), { error: 'temporarily_unavailable', status_code: 503 });
  t.match(reply.headers['retry-after'], /^[1-9][0-9]*$/);
  t.notMatch(reply.body, /10\.0\.0\.7/);
  const page = await get(
    provider({ ...good.stores, clients: absent(good.stores.clients) }).endpoints.authorize,
    authorizeUrl(client),
  );
  t.equal(page.status, 503);
  t.match(page.headers['retry-after'], /^[1-9]/);
  t.notMatch(page.body, /10\.0\.0\.7/);
  const redirected = await get(
    provider({ ...good.stores, flows: absent(good.stores.flows) }).endpoints.authorize,
    authorizeUrl(client),
  );
  t.equal(location(redirected).searchParams.get('error'), 'temporarily_unavailable');
  const failing = await provider({ ...good.stores, flows: absent(good.stores.flows) }).admin.checkStores();
  t.strictSame(failing, [{ port: 'flows', cause: away }]);
});

t.test('a new signing key signs immediately, and the old one stays published', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  await given.provider.admin.createKeys({ set: 'hydra.openid.id-token', alg: 'RS256', kid: 'second', use: 'sig' });
  const second = await givenTokens(given, client);
  const kid = (jwt: string): unknown => JSON.parse(atob(jwt.split('.')[0] ?? '')).kid;
  t.equal(kid(second.id), 'public:second');
  const published = (json(await get(given.provider.endpoints.jwks, '/')).keys as { kid: string }[]).map(
    (key) => key.kid,
  );
  t.strictSame(published, ['public:second', kid(first.id)]);
});
