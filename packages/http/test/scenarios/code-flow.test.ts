// The code flow as the login and consent apps, the browser and the client see it.
import t from 'tap';
import { givenAServer, startOfTime } from '../support/given-a-server.ts';
import { callback, claimsOf, givenAClient, introspect, isActive, Person, redeem, refusal } from '../support/journey.ts';

const remembered = { login: { accept: { remember: true } }, consent: { accept: { remember: true } } };

t.test('a whole flow, and a second one without login and consent', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const alice = new Person(server);
  const first = await alice.authorize(client, {
    ...remembered,
    params: { acr_values: 'gold' },
    login: { accept: { remember: true, acr: 'gold' } },
  });
  t.match(first, { at: 'client', part: 'query', login: { skip: false }, consent: { skip: false } });
  t.strictSame(Object.keys(first.told).sort(), ['code', 'iss', 'scope', 'state']);
  t.match(first.told, { scope: 'openid offline photos.read', state: 'state-1', iss: 'http://127.0.0.1:4444/' });
  const reply = await redeem(server, client, first.told.code ?? '');
  t.match(reply.headers, { 'cache-control': 'no-store', pragma: 'no-cache' });
  const tokens = reply.json as Record<string, string>;
  t.match(tokens, { token_type: 'bearer', expires_in: 3600, scope: 'openid offline photos.read' });
  t.match(claimsOf(tokens.id_token), {
    iss: 'http://127.0.0.1:4444/',
    sub: 'alice',
    aud: ['shop'],
    exp: startOfTime + 3600,
    nonce: 'nonce-1',
    acr: 'gold',
  });
  server.wait(60);
  const second = await alice.authorize(client);
  t.match(second, { at: 'client', login: { skip: true, subject: 'alice' }, consent: { skip: true, subject: 'alice' } });
  t.match(claimsOf((await alice.tokens(client)).id_token), { auth_time: startOfTime, rat: startOfTime + 60 });
});

t.test('without remember, login and consent are asked again', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const alice = new Person(server);
  await alice.authorize(client);
  t.match(await alice.authorize(client), { login: { skip: false }, consent: { skip: false } });
});

t.test('a skipped login or consent can still be rejected', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const alice = new Person(server);
  await alice.authorize(client, remembered);
  const reject = { error: 'access_denied', error_description: 'not today' };
  for (const step of ['login', 'consent'] as const) {
    const end = await alice.authorize(client, { [step]: { reject } });
    t.match(end, { at: 'client', told: { ...reject, state: 'state-1' }, [step]: { skip: true } });
  }
});

t.test('with prompt=login another person replaces a remembered session', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const browser = new Person(server, 'alice');
  await browser.authorize(client, remembered);
  const asBob = { login: { accept: { subject: 'bob', remember: true } } };
  const end = await browser.authorize(client, { ...asBob, params: { prompt: 'login' } });
  t.match(end, { login: { skip: false }, consent: { skip: false, subject: 'bob' } });
  t.match(await browser.authorize(client), { login: { skip: true, subject: 'bob' } });
});

t.test('a refresh token is issued if offline or offline_access is granted', async (t) => {
  const server = givenAServer(t, { settings: { strictGrantScope: false } });
  const client = await givenAClient(server);
  const cases: readonly [string, readonly string[], boolean][] = [
    ['openid offline', ['openid', 'offline'], true],
    ['openid offline_access', ['openid', 'offline_access'], true],
    ['openid offline', ['openid'], false],
    ['openid', ['openid', 'offline'], true],
    ['openid', ['openid'], false],
  ];
  for (const [scope, grant_scope, expected] of cases) {
    const tokens = await new Person(server).tokens(client, { params: { scope }, consent: { accept: { grant_scope } } });
    t.equal('refresh_token' in tokens, expected, `asked for ${scope}, granted ${grant_scope}`);
  }
});

t.test('the consent app may grant less, nothing or, if a setting allows it, more', async (t) => {
  const server = givenAServer(t, { settings: { strictGrantScope: false } });
  const client = await givenAClient(server);
  const scopeOf = async (grant_scope: readonly string[]) => {
    const { told } = await new Person(server).authorize(client, { consent: { accept: { grant_scope } } });
    return ((await redeem(server, client, told.code ?? '')).json as { scope: string }).scope;
  };
  t.equal(await scopeOf(['photos.read']), 'photos.read');
  t.equal(await scopeOf([]), '');
  t.equal(await scopeOf(['openid', 'photos.write']), 'openid photos.write');
});

t.test('session data appears in the right place and cannot override the claims of the server', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const id_token = {
    email: 'a@example.com',
    sub: 'mallory',
    iss: 'https://evil.example/',
    exp: 1,
    aud: ['x'],
    at_hash: 'x',
  };
  const session = { access_token: { role: 'admin' }, id_token };
  const tokens = await new Person(server).tokens(client, { consent: { accept: { session } } });
  t.match(claimsOf(tokens.id_token), { email: 'a@example.com', sub: 'alice', aud: ['shop'], exp: startOfTime + 3600 });
  t.notOk('at_hash' in claimsOf(tokens.id_token));
  t.match(await introspect(server, tokens.access_token ?? ''), { sub: 'alice', ext: { role: 'admin' } });
  const authorization = `Bearer ${tokens.access_token}`;
  t.strictSame((await server.public('GET /userinfo', { headers: { authorization } })).json, {
    sub: 'alice',
    email: 'a@example.com',
  });
  const bare = await new Person(server).tokens(client, { consent: { accept: { session: null } } });
  t.notOk('ext' in (await introspect(server, bare.access_token ?? '')));
});

t.test('the registered redirect URI is used, with its query', async (t) => {
  const server = givenAServer(t);
  const two = ['https://shop.example/cb?x=1', 'https://shop.example/two'];
  const [several, one, none] = [
    await givenAClient(server, 'several', { redirect_uris: two }),
    await givenAClient(server, 'one'),
    await givenAClient(server, 'none', { redirect_uris: [] }),
  ];
  const at = async (client: typeof one, redirect_uri: string | null) => {
    const { at: place, url } = await new Person(server).authorize(client, { params: { redirect_uri } });
    return place === 'client' ? url.replace(/[?&]code=.*/, '') : place;
  };
  t.equal(await at(several, two[0] ?? ''), 'https://shop.example/cb?x=1');
  t.equal(await at(several, two[1] ?? ''), 'https://shop.example/two');
  t.equal(await at(several, 'https://shop.example/cb?x=2'), 'page');
  t.equal(await at(several, null), 'page');
  t.equal(await at(one, null), callback);
  t.equal(await at(none, callback), 'page');
  t.equal(await at(none, null), 'page');
});

t.test('a code that any client uses twice revokes its tokens', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const other = await givenAClient(server, 'other');
  for (const [thief, alive] of [
    [client, false],
    [other, true],
  ] as const) {
    const { told } = await new Person(server).authorize(client);
    const tokens = (await redeem(server, client, told.code ?? '')).json as Record<string, string>;
    const again = await redeem(server, thief, told.code ?? '');
    t.equal(again.status, 400);
    t.equal(refusal(again), 'invalid_grant');
    if (alive) continue;
    t.equal(await isActive(server, tokens.access_token), false);
    t.equal(await isActive(server, tokens.refresh_token), false);
    t.equal(refusal(await redeem(server, client, told.code ?? '')), 'invalid_grant', 'a third time');
  }
});

t.test('the client receives the error of the app that refused', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const full = {
    error: 'login_failed',
    error_description: 'desc',
    error_hint: 'a hint',
    error_debug: 'dbg',
    status_code: 418,
  };
  for (const step of ['login', 'consent'] as const) {
    const { told } = await new Person(server).authorize(client, { [step]: { reject: full } });
    t.match(told, { error: 'login_failed', error_description: 'desc', error_hint: 'a hint', state: 'state-1' });
    t.notOk('error_debug' in told, 'clients do not receive error_debug');
    const empty = await new Person(server).authorize(client, { [step]: { reject: {} } });
    t.equal(empty.told.error, 'invalid_request');
  }
});

t.test('an unknown session cookie is ignored', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const alice = new Person(server);
  await alice.authorize(client, remembered);
  alice.cookies.set('oauth2_authentication_session', 'garbage');
  t.match(await alice.authorize(client), { at: 'client', login: { skip: false }, consent: { skip: true } });
});

t.test('grant types that the client is not registered for are refused before the login', async (t) => {
  const server = givenAServer(t);
  const implicit = await givenAClient(server, 'implicit', { grant_types: ['implicit'] });
  const code = await givenAClient(server, 'code', { grant_types: ['authorization_code'] });
  for (const [client, response_type] of [
    [implicit, 'code'],
    [implicit, 'code id_token token'],
    [code, 'token'],
    [code, 'id_token token'],
    [code, 'code id_token'],
  ] as const) {
    const end = await new Person(server).authorize(client, { params: { response_type } });
    t.match(end, { at: 'client', told: { error: 'unauthorized_client', state: 'state-1' }, login: undefined });
    t.equal(end.part, response_type === 'code' ? 'query' : 'fragment', response_type);
  }
});
