// The token, introspection, revocation and userinfo endpoints, over memory stores.
import { epochSeconds, type SigningKeys, type Stores, StoreUnavailable, seconds } from '@claviger/core';
import { createLocalJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import {
  authorizeUrl,
  givenAClient,
  givenTokens,
  introspect,
  metadata,
  redeem,
  refresh,
  Visit,
} from './support/given-a-flow.ts';
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

t.test('a refresh rotates: the new pair is active, and the old access and refresh tokens are not', async (t) => {
  const given = givenAProvider({ refreshGrace: seconds(0) });
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  given.wait(10);
  const reply = await refresh(given, client, first.refresh);
  t.equal(reply.status, 200);
  const second = json(reply);
  t.match(second, { scope: 'openid offline photos.read', expires_in: 3600, token_type: 'bearer' });
  t.strictSame(await introspect(given, first.access), { active: false });
  t.strictSame(await introspect(given, first.refresh), { active: false });
  t.match(await introspect(given, String(second.access_token)), { active: true, token_type: 'access_token' });
  t.match(await introspect(given, String(second.refresh_token)), {
    active: true,
    token_type: 'refresh_token',
    exp: startOfTime + 10 + 720 * 3600,
  });
  t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
  t.strictSame(
    await introspect(given, String(second.access_token)),
    { active: false },
    'RFC 9700 §4.14.2: reuse revokes the grant',
  );
  t.equal(json(await refresh(given, client, String(second.refresh_token))).error, 'invalid_grant');
});

t.test('within the grace a repeated refresh gets the same successors; later reuse revokes the grant', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  const second = json(await refresh(given, client, first.refresh));
  given.wait(29);
  const repeated = json(await refresh(given, client, first.refresh));
  t.equal(repeated.access_token, second.access_token);
  t.equal(repeated.refresh_token, second.refresh_token);
  t.equal(repeated.expires_in, 3571);
  t.match(await introspect(given, String(second.access_token)), { active: true });
  const parallel = await Promise.all(
    Array.from({ length: 20 }, () => refresh(given, client, String(second.refresh_token))),
  );
  t.equal(
    new Set(parallel.map((reply) => json(reply).refresh_token)).size,
    1,
    '20 concurrent requests get one successor',
  );
  given.wait(1);
  t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
  t.strictSame(await introspect(given, String(parallel.map(json)[0]?.access_token)), { active: false });
});

t.test('a repeat has the same scope and never outlives the access token that it repeats', async (t) => {
  const given = givenAProvider({ accessTokenLifespan: seconds(5) });
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  await refresh(given, client, first.refresh);
  t.equal(json(await refresh(given, client, first.refresh, { scope: 'openid' })).error, 'invalid_scope');
  given.wait(4);
  t.equal(json(await refresh(given, client, first.refresh)).expires_in, 1);
  given.wait(1);
  t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
});

t.test(
  'once a successor was used, using its predecessor is a reuse, even within the grace (RFC 9700 §4.14.2)',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const first = await givenTokens(given, client);
    const second = json(await refresh(given, client, first.refresh));
    const third = json(await refresh(given, client, String(second.refresh_token)));
    t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
    t.strictSame(await introspect(given, String(third.access_token)), { active: false });
  },
);

t.test('a key that cannot sign uses up neither the code nor the refresh token', async (t) => {
  let broken = false;
  const signingKeys: SigningKeys = {
    algorithms: ['RS256'],
    prepare: async () => undefined,
    sign: async () => {
      if (broken) throw new Error('the key management service is unavailable');
      return 'a.b.c';
    },
    publicKeys: async () => [],
  };
  const given = givenAProvider({}, { signingKeys });
  const client = await givenAClient(given);
  const code = await new Visit(given).code(authorizeUrl(client));
  broken = true;
  t.equal((await redeem(given, client, code)).status, 500);
  broken = false;
  const tokens = json(await redeem(given, client, code));
  broken = true;
  t.equal((await refresh(given, client, String(tokens.refresh_token))).status, 500);
  broken = false;
  t.equal((await refresh(given, client, String(tokens.refresh_token))).status, 200);
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

t.test('a refresh may ask for less, never for more (RFC 6749 §6)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  t.equal(json(await refresh(given, client, first.refresh, { scope: 'openid photos.write' })).error, 'invalid_scope');
  const less = json(await refresh(given, client, first.refresh, { scope: 'photos.read' }));
  t.equal(less.scope, 'photos.read');
  t.notOk('id_token' in less);
  t.match(await introspect(given, String(less.access_token)), { scope: 'photos.read' });
  const all = json(await refresh(given, client, String(less.refresh_token)));
  t.equal(all.scope, 'openid offline photos.read', 'the next one may ask for all of it again');
});

t.test('a refresh token is accepted only from its client, and only as a refresh token', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const other = await givenAClient(given, 'other');
  const codeOnly = await givenAClient(given, 'code-only', { grantTypes: [] });
  const tokens = await givenTokens(given, client);
  t.equal(json(await refresh(given, client, '')).error, 'invalid_request', 'RFC 6749 §5.2: missing');
  for (const bad of ['garbage', 'garbage.garbage', tokens.access, tokens.id]) {
    t.match(json(await refresh(given, client, bad)).error, 'invalid_grant', bad.slice(0, 10));
  }
  t.equal(json(await refresh(given, other, tokens.refresh)).error, 'invalid_grant');
  t.equal(json(await refresh(given, codeOnly, tokens.refresh)).error, 'unauthorized_client');
  t.equal((await refresh(given, client, tokens.refresh)).status, 200, 'the refused requests did not use it up');
});

t.test(
  'the ID token verifies against the published keys and carries the claims of OpenID Connect Core §2',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const visit = new Visit(given);
    const claims = {
      email: 'a@example.com',
      sub: 'mallory',
      iss: 'https://evil.example',
      aud: 'evil',
      exp: 1,
      iat: 1,
      nonce: 'evil',
      auth_time: 1,
      jti: 'evil',
      rat: 1,
      at_hash: 'evil',
    };
    const code = await visit.code(
      authorizeUrl(client),
      { acr: 'urn:gold' },
      { session: { accessToken: {}, idToken: claims } },
    );
    given.wait(5);
    const body = json(await redeem(given, client, code));
    const jwks = json(await get(given.provider.endpoints.jwks, '/')) as unknown as Parameters<
      typeof createLocalJWKSet
    >[0];
    const currentDate = new Date((startOfTime + 5) * 1000);
    const verify = (jwt: unknown) =>
      jwtVerify(String(jwt), createLocalJWKSet(jwks), {
        issuer: 'http://127.0.0.1:4444/',
        audience: 'shop',
        currentDate,
      });
    const { payload, protectedHeader } = await verify(body.id_token);
    t.match(protectedHeader, { alg: 'RS256', typ: 'JWT', kid: /^public:/ });
    t.match(payload, { sub: 'alice', nonce: 'nonce-1', email: 'a@example.com', acr: 'urn:gold' });
    t.strictSame(
      [payload.iat, payload.exp, payload.auth_time, payload.rat],
      [startOfTime + 5, startOfTime + 3605, startOfTime, startOfTime],
    );
    t.not(payload.jti, 'evil');
    t.notOk('at_hash' in payload);
    const refreshed = await verify(json(await refresh(given, client, String(body.refresh_token))).id_token);
    t.notOk('nonce' in refreshed.payload, 'OpenID Connect Core §12.2');
    t.equal(refreshed.payload.auth_time, startOfTime);
    t.not(refreshed.payload.jti, payload.jti);
    const keys = (jwks as { keys: Record<string, unknown>[] }).keys;
    t.ok(
      keys.every((key) => !('d' in key)),
      'no private member is published',
    );
  },
);

t.test('userinfo answers for a live access token of a person, as JSON or signed', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const signing = await givenAClient(given, 'signing', { userinfoSignedResponseAlg: 'RS256' });
  const { userinfo, token, jwks } = given.provider.endpoints;
  const session = { accessToken: {}, idToken: { email: 'a@example.com', sub: 'mallory', iss: 'evil', exp: 1 } };
  const login = async (who: typeof client) =>
    json(await redeem(given, who, await new Visit(given).code(authorizeUrl(who), {}, { session })));
  const tokens = await login(client);
  const bearer = (value: unknown) => ({ authorization: `Bearer ${String(value)}` });
  t.strictSame(json(await get(userinfo, '/userinfo', bearer(tokens.access_token))), {
    email: 'a@example.com',
    sub: 'alice',
  });
  t.equal((await post(userinfo, { access_token: String(tokens.access_token) })).status, 200, 'RFC 6750 §2.2');
  t.equal(
    (await get(userinfo, `/userinfo?access_token=${String(tokens.access_token)}`)).status,
    401,
    'RFC 9700 §4.3.2: never in the URL',
  );
  const twice = await post(userinfo, { access_token: 'x' }, bearer(tokens.access_token));
  t.strictSame([twice.status, json(twice).error], [400, 'invalid_request'], 'RFC 6750 §2');
  const own = json(await post(token, { grant_type: 'client_credentials' }, client.auth));
  for (const bad of ['', 'garbage', tokens.refresh_token, tokens.id_token, own.access_token]) {
    const reply = await get(userinfo, '/userinfo', bearer(bad));
    t.equal(reply.status, 401);
    t.equal(json(reply).error, 'request_unauthorized');
    t.match(reply.headers['www-authenticate'], bad === '' ? /^Bearer realm="claviger"$/ : /error="invalid_token"/);
  }
  const signed = await get(userinfo, '/userinfo', bearer((await login(signing)).access_token));
  t.equal(signed.headers['content-type'], 'application/jwt');
  const keys = createLocalJWKSet(JSON.parse((await get(jwks, '/')).body));
  const { payload } = await jwtVerify(signed.body, keys, { currentDate: new Date(startOfTime * 1000) });
  t.strictSame(payload, { email: 'a@example.com', sub: 'alice', iss: 'http://127.0.0.1:4444/', aud: ['signing'] });
});

t.test('revoking either token revokes the whole grant, and another client cannot do it (RFC 7009 §2)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const other = await givenAClient(given, 'other');
  const { revoke, token } = given.provider.endpoints;
  for (const which of ['access', 'refresh'] as const) {
    const tokens = await givenTokens(given, client);
    const foreign = await post(revoke, { token: tokens[which] }, other.auth);
    t.strictSame([foreign.status, foreign.body], [200, '{}']);
    t.equal((await introspect(given, tokens.access)).active, true);
    t.equal((await post(revoke, { token: tokens[which], token_type_hint: 'nonsense' }, client.auth)).status, 200);
    t.strictSame(await introspect(given, tokens.access), { active: false });
    t.strictSame(await introspect(given, tokens.refresh), { active: false });
    t.equal((await post(revoke, { token: tokens[which] }, client.auth)).status, 200, 'again');
  }
  const own = async () =>
    String(json(await post(token, { grant_type: 'client_credentials' }, client.auth)).access_token);
  const [one, two] = [await own(), await own()];
  await post(revoke, { token: one }, client.auth);
  t.equal((await introspect(given, one)).active, false);
  t.equal((await introspect(given, two)).active, true, "a client's own token is revoked alone");
  t.equal((await post(revoke, { token: two })).status, 401);
  t.equal((await post(revoke, { token: two }, basic('shop', 'wrong'))).status, 401);
  t.equal((await post(revoke, {}, client.auth)).status, 400);
});

t.test(
  'introspection: active means unaltered, live, of an existing client, and with all the given scopes',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given, 'shop', { scope: 'docs.* openid offline photos.read' });
    const tokens = await givenTokens(given, client);
    const own = String(
      json(
        await post(given.provider.endpoints.token, { grant_type: 'client_credentials', scope: 'docs.*' }, client.auth),
      ).access_token,
    );
    const active = async (token: string, scope = ''): Promise<unknown> =>
      json(await post(given.provider.endpoints.introspect, { token, scope })).active;
    const code = await new Visit(given).code(authorizeUrl(client));
    const [head = '', mac = ''] = tokens.access.split('.');
    const cases: readonly [string, string, string, boolean][] = [
      ['access', tokens.access, '', true],
      ['refresh', tokens.refresh, '', true],
      ['scope held', tokens.access, 'openid photos.read', true],
      ['scope not held', tokens.access, 'openid photos.write', false],
      ['wildcard child', own, 'docs.read', true],
      ['wildcard parent', own, 'docs', false],
      ['code', code, '', false],
      ['ID token', tokens.id, '', false],
      ['changed body', `${head.slice(0, -1)}${head.endsWith('A') ? 'B' : 'A'}.${mac}`, '', false],
      ['changed MAC', `${head}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'E' : 'A'}`, '', false],
      ['no MAC', head, '', false],
      ['no body', `.${mac}`, '', false],
      ['another kind', tokens.access.replace('clv_at_', 'clv_rt_'), '', false],
      ['empty', '', '', false],
    ];
    for (const [name, token, scope, want] of cases) t.equal(await active(token, scope), want, name);
    given.wait(1);
    await given.provider.admin.deleteClient('shop');
    for (const token of [tokens.access, tokens.refresh, own])
      t.equal(await active(token), false, 'the client was deleted');
    await givenAClient(given, 'shop');
    for (const token of [tokens.access, tokens.refresh, own])
      t.equal(await active(token), false, 'a new client with that id does not revive it');
  },
);

t.test('flush removes expired rows only', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const tokens = await givenTokens(given, client);
  t.equal(await given.provider.admin.flush(null), 0);
  given.wait(3601);
  t.equal(await given.provider.admin.flush(epochSeconds(startOfTime - 1)), 0, 'notAfter');
  t.equal(await given.provider.admin.flush(null), 2, 'the code and the access token');
  t.equal((await refresh(given, client, tokens.refresh)).status, 200);
});

t.test('the cleaner removes expired rows in batches, one node at a time', async (t) => {
  const given = givenAProvider({
    flowLifespan: seconds(10),
    authCodeLifespan: seconds(10),
    accessTokenLifespan: seconds(10),
  });
  const client = await givenAClient(given);
  const { cleanExpired } = given.provider.admin;
  for (const _ of [1, 2, 3]) await givenTokens(given, client);
  const nothing = { outcome: 'cleaned', flows: 0, loginSessions: 0, consents: 0, tokens: 0, leases: 0 };
  const first = await cleanExpired({ limit: 2, holder: 'one' });
  t.strictSame(first, { ...nothing, leases: 1 }, 'the lease for the first key has ended');
  t.strictSame(await cleanExpired({ limit: 2, holder: 'two' }), { outcome: 'not-my-turn' });
  given.wait(10);
  t.match(await cleanExpired({ limit: 2, holder: 'one' }), { flows: 2, tokens: 2 });
  t.match(await cleanExpired({ limit: 2, holder: 'one' }), { flows: 1, tokens: 2 });
  t.match(
    await cleanExpired({ limit: 2, holder: 'one' }),
    { flows: 0, tokens: 2 },
    'three codes and three access tokens',
  );
  t.strictSame(await cleanExpired({ limit: 2, holder: 'one' }), nothing, 'rows that the refresh tokens need stay');
  given.wait(60);
  t.match(await cleanExpired({ limit: 2, holder: 'two' }), { outcome: 'cleaned' }, 'the lease has ended');
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
