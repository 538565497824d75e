// Dynamic client registration on the wire: RFC 7591, RFC 7592, OpenID Connect Registration.
import t, { type Test } from 'tap';
import { type GivenServer, givenAServer, type Sent } from './support/given-a-server.ts';

type Body = Record<string, unknown>;

const redirect = 'https://app.example.com/cb';
const minimal = { redirect_uris: [redirect] };

const registered = async (server: GivenServer, json: Body = minimal, sent: Sent = {}) => {
  const reply = await server.public('POST /oauth2/register', { json, ...sent });
  if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
  return reply.json as Body;
};

const withToken = (client: Body) => ({ headers: { authorization: `Bearer ${client.registration_access_token}` } });
const urlOf = (client: Body) => `/oauth2/register/${client.client_id}`;

const open = (t: Test, settings = {}) => givenAServer(t, { settings: { clientRegistration: 'open', ...settings } });

t.test('off by default: there is no route, and discovery does not mention it', async (t) => {
  const { public: send } = givenAServer(t);
  t.equal((await send('POST /oauth2/register', { json: minimal })).status, 404);
  t.notOk('registration_endpoint' in ((await send('GET /.well-known/openid-configuration')).json as Body));
});

t.test('RFC 7591 §3.2.1: the answer has credentials and every default, but no unset member', async (t) => {
  const { public: send } = open(t);
  const reply = await send('POST /oauth2/register', { json: minimal });
  t.equal(reply.status, 201);
  t.equal(reply.headers['cache-control'], 'no-store');
  const { client_id, client_secret, registration_access_token, ...rest } = reply.json as Record<string, string>;
  t.match(client_id, /^[0-9a-f-]{36}$/);
  t.match(client_secret, /^[A-Za-z0-9_-]{43}$/);
  t.match(registration_access_token, /^clv_ra_[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$/);
  t.strictSame(rest, {
    client_id_issued_at: 1_500_000_000,
    client_secret_expires_at: 0,
    registration_client_uri: `http://127.0.0.1:4444/oauth2/register/${client_id}`,
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid offline_access',
    subject_type: 'public',
    token_endpoint_auth_method: 'client_secret_basic',
    application_type: 'web',
  });
  const { json } = await send('GET /.well-known/openid-configuration');
  t.equal((json as Body).registration_endpoint, 'http://127.0.0.1:4444/oauth2/register');
});

t.test('every member comes back as it was sent; unknown ones are ignored', async (t) => {
  const server = open(t);
  const sent = {
    client_name: 'Zoë',
    redirect_uris: [redirect, 'https://app.example.com/other?a=b'],
    grant_types: ['authorization_code', 'implicit', 'refresh_token'],
    response_types: ['code', 'id_token token'],
    scope: 'openid email',
    policy_uri: 'https://app.example.com/policy',
    tos_uri: 'https://app.example.com/tos',
    client_uri: 'https://app.example.com',
    logo_uri: 'https://app.example.com/logo.png',
    contacts: ['zoe@example.com'],
    subject_type: 'public',
    jwks: { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'k' }] },
    token_endpoint_auth_method: 'private_key_jwt',
    request_uris: ['https://app.example.com/request.jwt#hash'],
    userinfo_signed_response_alg: 'RS256',
    application_type: 'web',
    initiate_login_uri: 'https://app.example.com/login',
    id_token_signed_response_alg: 'RS256',
    default_max_age: 0,
    require_auth_time: true,
    default_acr_values: ['gold'],
  };
  const client = await registered(server, { ...sent, 'client_name#de': 'x', unknown: 1 });
  const { client_id, client_id_issued_at, registration_access_token, registration_client_uri, ...rest } = client;
  t.strictSame(rest, sent);
  const read = await server.public(`GET ${urlOf(client)}`, withToken(client));
  t.strictSame(read.json, client);
});

t.test('a client cannot set members that only an administrator may set', async (t) => {
  const server = open(t);
  const wish = {
    client_id: 'admin-app',
    client_secret: 'chosen-secret',
    owner: 'me',
    audience: ['api'],
    access_token_strategy: 'jwt',
    skip_consent: true,
  };
  const client = await registered(server, { ...minimal, ...wish });
  const { metadata } = (await server.provider.admin.getClient(String(client.client_id))) ?? {};
  t.not(client.client_id, wish.client_id);
  t.not(client.client_secret, wish.client_secret);
  t.match(metadata, { owner: null, audience: [], accessTokenStrategy: null });
  t.notMatch(JSON.stringify(metadata), /chosen-secret|"api"/);
  t.notOk('owner' in client || 'audience' in client);
});

t.test('a refused registration names the member', async (t) => {
  const { public: send, stores } = open(t, {
    subjectTypes: ['public', 'pairwise'],
    pairwiseSalt: 'a salt of the tests',
  });
  const app = { ...minimal };
  const native = { application_type: 'native' };
  const implicit = { grant_types: ['implicit'], response_types: ['id_token'] };
  const cases: readonly [string, Body, string, RegExp][] = [
    ['no redirect URI', {}, 'invalid_redirect_uri', /redirect_uris/],
    ['a fragment', { redirect_uris: [`${redirect}#x`] }, 'invalid_redirect_uri', /fragment/],
    ['a relative URI', { redirect_uris: ['/cb'] }, 'invalid_redirect_uri', /\/cb/],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri', /javascript/],
    ['plain http', { redirect_uris: ['http://app.example.com/cb'] }, 'invalid_redirect_uri', /https/],
    ['a private scheme on the web', { redirect_uris: ['com.example.app:/cb'] }, 'invalid_redirect_uri', /https/],
    ['credentials', { redirect_uris: ['https://a:b@app.example.com/cb'] }, 'invalid_redirect_uri', /redirect_uris/],
    ['a backslash', { redirect_uris: ['https:\\\\app.example.com/cb'] }, 'invalid_redirect_uri', /redirect_uris/],
    [
      'implicit on loopback',
      { ...implicit, redirect_uris: ['https://localhost/cb'] },
      'invalid_redirect_uri',
      /loopback/,
    ],
    ['implicit over http', { ...implicit, redirect_uris: ['http://127.0.0.1/cb'] }, 'invalid_redirect_uri', /https/],
    [
      'native over http',
      { ...native, redirect_uris: ['http://app.example.com/cb'] },
      'invalid_redirect_uri',
      /native|scheme/,
    ],
    ['native without a period', { ...native, redirect_uris: ['myapp:/cb'] }, 'invalid_redirect_uri', /period/],
    ['native mailto', { ...native, redirect_uris: ['mailto:me@example.com'] }, 'invalid_redirect_uri', /period/],
    ['client_credentials', { grant_types: ['client_credentials'] }, 'invalid_client_metadata', /client_credentials/],
    ['an unknown grant type', { ...app, grant_types: ['password'] }, 'invalid_client_metadata', /password/],
    ['an unknown response type', { ...app, response_types: ['code x'] }, 'invalid_client_metadata', /code x/],
    [
      'a response type without its grant type',
      { ...app, grant_types: ['authorization_code'], response_types: ['code id_token'] },
      'invalid_client_metadata',
      /implicit/,
    ],
    [
      'implicit without a response type',
      { ...app, grant_types: ['authorization_code', 'implicit'], response_types: ['code'] },
      'invalid_client_metadata',
      /implicit/,
    ],
    ['a scope that is not allowed', { ...app, scope: 'openid admin' }, 'invalid_client_metadata', /"admin"/],
    ['a scope for all', { ...app, scope: '*' }, 'invalid_client_metadata', /"\*"/],
    ['a pattern', { ...app, scope: 'openid.*' }, 'invalid_client_metadata', /openid\.\*/],
    ['an invalid scope', { ...app, scope: 'open"id' }, 'invalid_client_metadata', /scope/],
    ['an unknown method', { ...app, token_endpoint_auth_method: 'tls' }, 'invalid_client_metadata', /tls/],
    [
      'a method without keys',
      { ...app, token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
      /jwks/,
    ],
    ['a script as logo', { ...app, logo_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', /logo_uri/],
    ['data as policy', { ...app, policy_uri: 'data:text/html,x' }, 'invalid_client_metadata', /policy_uri/],
    ['a file as terms', { ...app, tos_uri: 'file:///etc/passwd' }, 'invalid_client_metadata', /tos_uri/],
    ['a relative home page', { ...app, client_uri: '/' }, 'invalid_client_metadata', /client_uri/],
    [
      'a login over http',
      { ...app, initiate_login_uri: 'http://x.example' },
      'invalid_client_metadata',
      /initiate_login_uri/,
    ],
    ['keys over http', { ...app, jwks_uri: 'http://x.example' }, 'invalid_client_metadata', /jwks_uri/],
    ['a request over http', { ...app, request_uris: ['http://x.example'] }, 'invalid_client_metadata', /request_uris/],
    [
      'a sector over http',
      { ...app, sector_identifier_uri: 'http://x.example' },
      'invalid_client_metadata',
      /sector_identifier/,
    ],
    [
      'an internal sector',
      { ...app, sector_identifier_uri: 'https://127.0.0.1/' },
      'invalid_client_metadata',
      /sector_identifier.*internal/,
    ],
    [
      'a private key',
      { ...app, jwks: { keys: [{ kty: 'oct', k: 'AQAB' }] } },
      'invalid_client_metadata',
      /jwks\.keys\[0\]/,
    ],
    [
      'both kinds of keys',
      { ...app, jwks_uri: 'https://x.example', jwks: { keys: [] } },
      'invalid_client_metadata',
      /jwks/,
    ],
    ['an unknown subject type', { ...app, subject_type: 'x' }, 'invalid_client_metadata', /subject_type/],
    [
      'pairwise with several redirect URIs',
      { redirect_uris: [redirect, `${redirect}2`], subject_type: 'pairwise' },
      'invalid_client_metadata',
      /sector_identifier_uri/,
    ],
    [
      'an unknown kind of application',
      { ...app, application_type: 'x' },
      'invalid_client_metadata',
      /application_type/,
    ],
    ['a name that turns around', { ...app, client_name: 'a\u202egnp.exe' }, 'invalid_client_metadata', /client_name/],
    ['a name with a line feed', { ...app, client_name: 'a\nb' }, 'invalid_client_metadata', /client_name/],
    ['a member of the wrong type', { redirect_uris: redirect }, 'invalid_client_metadata', /redirect_uris/],
    [
      'a software statement',
      { ...app, software_statement: 'e30.e30.x' },
      'unapproved_software_statement',
      /software_statement/,
    ],
  ];
  for (const [what, json, error, hint] of cases) {
    const reply = await send('POST /oauth2/register', { json });
    t.equal(reply.status, 400, what);
    t.match(reply.json, { error, error_hint: hint }, what);
    t.equal(reply.headers['cache-control'], 'no-store');
  }
  t.strictSame(await stores.clients.list({ limit: 10, offset: 0 }), [], 'nothing was stored');
});

t.test('redirect URIs that are accepted', async (t) => {
  const server = open(t);
  const native = ['com.example.app:/cb', 'http://127.0.0.1/cb', 'http://[::1]:8080/cb', 'https://app.example.com/cb'];
  await t.resolves(registered(server, { application_type: 'native', redirect_uris: native }));
  await t.resolves(registered(server, { redirect_uris: ['http://localhost:3000/cb'] }), 'web, in development');
});

t.test('RFC 8252 §7.3: any type of client may use any port of a loopback redirect URI', async (t) => {
  const server = open(t);
  const location = async (client: Body, redirectUri: string) => {
    const query = new URLSearchParams({
      client_id: String(client.client_id),
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
    });
    const { status, headers } = await server.public(`GET /oauth2/auth?${query}`);
    return status === 302 ? String(headers.location) : status;
  };
  const redirect_uris = ['http://127.0.0.1/cb', 'http://[::1]:1/cb', 'http://localhost/cb'];
  const native = await registered(server, { application_type: 'native', redirect_uris });
  const web = await registered(server, { redirect_uris });
  const { json: byAdmin } = await server.admin('POST /clients', { json: { redirect_uris, scope: 'openid' } });
  const everyClient = [native, web, byAdmin as Body];
  for (const good of ['http://127.0.0.1:51004/cb', 'http://[::1]/cb', ...redirect_uris]) {
    for (const client of everyClient) t.match(await location(client, good), /^http:\/\/ui\.example\/login/, good);
  }
  for (const bad of [
    'HTTP://127.0.0.1:51004/cb',
    'http://127.0.0.2:51004/cb',
    'http://127.1:51004/cb',
    'http://0.0.0.0:51004/cb',
    'http://[::ffff:127.0.0.1]:51004/cb',
    'http://127.0.0.1:51004/cb?x=1',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:51004/other',
    'http://localhost:51004/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:80@evil.example/cb',
    'http://127.0.0.1.evil.example/cb',
    'https://127.0.0.1:51004/cb',
  ]) {
    for (const client of everyClient) t.equal(await location(client, bad), 400, bad);
  }
});

t.test('grant types default to those of the response types, and a machine needs no redirect URI', async (t) => {
  const server = open(t);
  const hybrid = await registered(server, { ...minimal, response_types: ['code id_token'] });
  t.strictSame(hybrid.grant_types, ['authorization_code', 'implicit']);
  const guarded = givenAServer(t, {
    settings: { clientRegistration: 'guarded', initialAccessTokens: ['an-initial-access-token'] },
  });
  const machine = await registered(
    guarded,
    { grant_types: ['client_credentials'] },
    { headers: { authorization: 'Bearer an-initial-access-token' } },
  );
  t.strictSame(machine.grant_types, ['client_credentials']);
  t.notOk('response_types' in machine);
});

t.test('guarded mode requires one of the initial access tokens', async (t) => {
  const server = givenAServer(t, {
    settings: {
      clientRegistration: 'guarded',
      initialAccessTokens: ['first-initial-access-token', 'second-initial-token'],
    },
  });
  const attempt = (authorization?: string) =>
    server.public('POST /oauth2/register', { json: minimal, ...(authorization ? { headers: { authorization } } : {}) });
  const none = await attempt();
  t.equal(none.status, 401);
  t.equal(none.headers['www-authenticate'], 'Bearer realm="claviger"');
  for (const wrong of ['Bearer first-initial-access-toke', 'Bearer x', 'Basic first-initial-access-token', 'Bearer']) {
    const reply = await attempt(wrong);
    t.equal(reply.status, 401, wrong);
    t.equal(reply.headers['www-authenticate'], 'Bearer realm="claviger", error="invalid_token"');
    t.match(reply.json, { error: 'invalid_token' });
  }
  t.equal((await attempt('Bearer first-initial-access-token')).status, 201);
  t.equal((await attempt('bearer second-initial-token')).status, 201);
});

t.test('a public client and a client with keys receive no secret', async (t) => {
  const server = open(t);
  const jwks = { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] };
  for (const change of [
    { token_endpoint_auth_method: 'none' },
    { token_endpoint_auth_method: 'private_key_jwt', jwks },
  ]) {
    const client = await registered(server, { ...minimal, ...change });
    t.notOk('client_secret' in client || 'client_secret_expires_at' in client);
  }
});

t.test('RFC 7592 §2: reading, replacing and deleting require the registration access token', async (t) => {
  const server = open(t);
  const [mine, other] = [await registered(server), await registered(server)];
  const token = String(mine.registration_access_token);
  const forged = `${token.slice(0, 10)}${token[10] === 'A' ? 'B' : 'A'}${token.slice(11)}`;
  const wrong = [undefined, 'Bearer x', `Bearer ${other.registration_access_token}`, `Bearer ${forged}`];
  for (const authorization of wrong) {
    const headers: Record<string, string> = authorization ? { authorization } : {};
    const json = { ...minimal, client_id: mine.client_id };
    for (const [method, sent] of [
      ['GET', {}],
      ['PUT', { json }],
      ['DELETE', {}],
    ] as const) {
      const reply = await server.public(`${method} ${urlOf(mine)}`, { headers, ...sent });
      t.equal(reply.status, 401, `${method} ${authorization}`);
      t.match(reply.headers['www-authenticate'], authorization ? /error="invalid_token"/ : /^Bearer realm="claviger"$/);
    }
  }
  t.equal((await server.public(`GET ${urlOf(mine)}`, withToken(mine))).status, 200);
});

t.test('a forged token never reaches the store, and no token is stored in clear', async (t) => {
  const server = open(t);
  const client = await registered(server);
  const stored = await server.stores.clients.find(String(client.client_id));
  t.notMatch(JSON.stringify(stored), new RegExp(String(client.registration_access_token)));
  t.notMatch(JSON.stringify(stored), new RegExp(String(client.client_secret)));
  const find = server.stores.clients.find;
  let asked = 0;
  server.stores.clients.find = (id) => {
    asked += 1;
    return find.call(server.stores.clients, id);
  };
  const forged = `clv_ra_${'A'.repeat(43)}.${'A'.repeat(43)}`;
  await server.public(`GET ${urlOf(client)}`, { headers: { authorization: `Bearer ${forged}` } });
  t.equal(asked, 0);
  await server.public(`GET ${urlOf(client)}`, withToken(client));
  t.equal(asked, 1, 'only the valid token reaches the store');
});

t.test('RFC 7592 §2.2: a replacement replaces everything except what only an administrator sets', async (t) => {
  const server = open(t);
  const client = await registered(server, { ...minimal, client_name: 'Old', logo_uri: 'https://app.example.com/l' });
  const id = String(client.client_id);
  const before = await server.provider.admin.getClient(id);
  if (!before) throw new Error('no client');
  const wider = { ...before.metadata, owner: 'team', scope: 'openid photos.*', grantTypes: ['client_credentials'] };
  await server.provider.admin.updateClient({ id, metadata: wider });

  const json = {
    client_id: id,
    client_secret: client.client_secret,
    redirect_uris: ['https://app.example.com/new'],
    grant_types: ['authorization_code', 'client_credentials'],
    scope: 'openid photos.*',
  };
  const replaced = await server.public(`PUT ${urlOf(client)}`, { json, ...withToken(client) });
  t.equal(replaced.status, 200);
  t.match(replaced.json, {
    redirect_uris: ['https://app.example.com/new'],
    scope: 'openid photos.*',
    registration_access_token: client.registration_access_token,
  });
  t.notOk(
    'client_name' in (replaced.json as Body) || 'logo_uri' in (replaced.json as Body),
    'an omitted member is removed',
  );
  t.notOk('client_secret' in (replaced.json as Body), 'an unchanged secret is not returned');
  t.equal((await server.provider.admin.getClient(id))?.metadata.owner, 'team');
  t.strictSame((await server.public(`GET ${urlOf(client)}`, withToken(client))).json, replaced.json);

  const less = { ...json, scope: 'openid', grant_types: ['authorization_code'] };
  await server.public(`PUT ${urlOf(client)}`, { json: less, ...withToken(client) });
  const again = await server.public(`PUT ${urlOf(client)}`, { json, ...withToken(client) });
  t.equal(again.status, 400, 'a scope that was given up cannot be regained');
});

t.test('RFC 7592 §2.2: members that a replacement must not contain', async (t) => {
  const server = open(t);
  const client = await registered(server);
  const cases: readonly [Body, RegExp][] = [
    [{ client_id: undefined }, /client_id/],
    [{ client_id: 'another' }, /client_id/],
    [{ client_secret: 'a-chosen-secret' }, /client_secret/],
    [{ registration_access_token: client.registration_access_token }, /registration_access_token/],
    [{ registration_client_uri: client.registration_client_uri }, /registration_client_uri/],
    [{ client_secret_expires_at: 0 }, /client_secret_expires_at/],
    [{ client_id_issued_at: 0 }, /client_id_issued_at/],
  ];
  for (const [change, hint] of cases) {
    const json = { ...minimal, client_id: client.client_id, ...change };
    const reply = await server.public(`PUT ${urlOf(client)}`, { json, ...withToken(client) });
    t.equal(reply.status, 400, String(hint));
    t.match(reply.json, { error: 'invalid_client_metadata', error_hint: hint });
  }
});

t.test('a new authentication method that needs another secret returns a new one', async (t) => {
  const server = open(t);
  const client = await registered(server, { ...minimal, token_endpoint_auth_method: 'none' });
  const change = async (method: string) => {
    const json = { ...minimal, client_id: client.client_id, token_endpoint_auth_method: method };
    return (await server.public(`PUT ${urlOf(client)}`, { json, ...withToken(client) })).json as Body;
  };
  const tokenStatus = async (secret: unknown) => {
    const authorization = `Basic ${btoa(`${client.client_id}:${secret}`)}`;
    const reply = await server.public('POST /oauth2/token', {
      form: { grant_type: 'authorization_code', code: 'x' },
      headers: { authorization },
    });
    return (reply.json as Body).error;
  };
  const { client_secret: basic } = await change('client_secret_basic');
  t.match(basic, /^[A-Za-z0-9_-]{43}$/);
  t.equal(await tokenStatus(basic), 'invalid_grant', 'the new secret authenticates the client');
  t.notOk('client_secret' in (await change('client_secret_post')));
  const { client_secret: key } = await change('client_secret_jwt');
  t.match(key, /^[A-Za-z0-9_-]{43}$/);
  t.not(key, basic);
  t.notOk('client_secret' in (await change('client_secret_basic')), 'the sealed secret stays valid');
  t.equal(await tokenStatus(key), 'invalid_grant');
  t.equal(await tokenStatus(basic), 'invalid_client', 'the old secret is refused');
});

t.test('RFC 7592 §2.3: deleting a client invalidates its registration access token', async (t) => {
  const server = open(t);
  const client = await registered(server);
  const gone = await server.public(`DELETE ${urlOf(client)}`, withToken(client));
  t.equal(gone.status, 204);
  t.equal(gone.text, '');
  t.equal(await server.provider.admin.getClient(String(client.client_id)), undefined);
  for (const method of ['GET', 'DELETE']) {
    t.equal((await server.public(`${method} ${urlOf(client)}`, withToken(client))).status, 401);
  }
});

t.test(
  'a client of an administrator cannot manage itself, and the admin API shows no registration token',
  async (t) => {
    const server = open(t);
    await server.admin('POST /clients', { json: { client_id: 'app', redirect_uris: [redirect] } });
    const own = await registered(server);
    t.equal((await server.public('GET /oauth2/register/app', withToken(own))).status, 401);
    const listed = await server.admin('GET /clients');
    t.notMatch(listed.text, /registration/);
  },
);

t.test('each of several concurrent replacements takes effect as a whole', async (t) => {
  const server = open(t);
  const client = await registered(server);
  const names = ['a', 'b', 'c'];
  const replies = await Promise.all(
    names.map((client_name) =>
      server.public(`PUT ${urlOf(client)}`, {
        json: { ...minimal, client_id: client.client_id, client_name },
        ...withToken(client),
      }),
    ),
  );
  t.strictSame(
    replies.map(({ status }) => status),
    [200, 200, 200],
  );
  const stored = await server.stores.clients.find(String(client.client_id));
  t.equal(stored?.version, 4);
  t.ok(names.includes(stored?.metadata.name ?? ''));
});

t.test('the body must be a JSON object with a JSON content type, within the size limit', async (t) => {
  const { public: send } = open(t);
  const raw = JSON.stringify(minimal);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
    const reply = await send('POST /oauth2/register', { raw, headers: { 'content-type': type } });
    t.match(reply, { status: 400, json: { error: 'invalid_request', error_hint: /Content-Type/ } }, type);
  }
  const json = { 'content-type': 'application/json; charset=utf-8' };
  t.equal((await send('POST /oauth2/register', { raw, headers: json })).status, 201);
  t.match(await send('POST /oauth2/register', { raw: '{', headers: json }), {
    status: 400,
    json: { error: 'invalid_request' },
  });
  t.match(await send('POST /oauth2/register', { raw: '[]', headers: json }), { status: 400 });
  const long = { ...minimal, client_name: 'x'.repeat(70_000) };
  t.equal((await send('POST /oauth2/register', { json: long })).status, 413);
});

t.test('scripts of allowed origins may register clients and manage them', async (t) => {
  const server = givenAServer(t, {
    settings: { clientRegistration: 'open' },
    cors: { allowedOrigins: ['https://app.example'] },
  });
  const preflight = (path: string, method: string) =>
    server.public(`OPTIONS ${path}`, {
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization, content-type',
      },
    });
  t.equal((await preflight('/oauth2/register', 'POST')).headers['access-control-allow-methods'], 'POST');
  t.equal((await preflight('/oauth2/register/x', 'PUT')).headers['access-control-allow-methods'], 'PUT');
  t.notOk((await preflight('/oauth2/token', 'PUT')).headers['access-control-allow-methods']);
  const client = await registered(server, minimal, { headers: { origin: 'https://app.example' } });
  const read = await server.public(`GET ${urlOf(client)}`, {
    headers: { ...withToken(client).headers, origin: 'https://app.example' },
  });
  t.equal(read.headers['access-control-allow-origin'], 'https://app.example');
});

t.test('RFC 9700 §4.11.2: an error is sent to a self-registered client only after a click', async (t) => {
  const redirect_uris = ['https://xn--bcher-kva.example:8443/cb?a=1', 'com.example.app:/cb'];
  const given = async (settings = {}, sent: Sent = {}) => {
    const server = givenAServer(t, { settings: { clientRegistration: 'open', ...settings } });
    const client = await registered(server, { application_type: 'native', redirect_uris }, sent);
    return { server, client };
  };
  const authorize = async ({ server, client }: Awaited<ReturnType<typeof given>>, change: Record<string, string>) => {
    const query = new URLSearchParams({
      client_id: String(client.client_id),
      response_type: 'code',
      redirect_uri: redirect_uris[0] ?? '',
      scope: 'openid',
      state: '"><script>',
      ...change,
    });
    return server.public(`GET /oauth2/auth?${query}`);
  };
  const wrongScope = { scope: 'admin' };

  const open = await given();
  const page = await authorize(open, wrongScope);
  t.equal(page.status, 400);
  t.notOk(page.headers.location);
  t.match(page.text, 'was about to send you to xn--bcher-kva.example:8443.');
  const href = /<a href="([^"]+)">Continue to xn--bcher-kva\.example:8443<\/a>/.exec(page.text)?.[1] ?? '';
  const target = new URL(href.replaceAll('&amp;', '&'));
  t.match(target.href, redirect_uris[0]);
  t.match(Object.fromEntries(target.searchParams), { error: 'invalid_scope', state: '"><script>' });
  t.notMatch(page.text, '<script');
  t.match(page.text, /<dt>Reason<\/dt><dd>[^<]*admin[^<]*<\/dd>/);
  t.notMatch(page.text, 'Description', 'the reason is given once');
  t.match(page.text, /<dt>Request id<\/dt><dd>[0-9a-f]+-\d+<\/dd>/);

  const posted = await authorize(open, { ...wrongScope, response_mode: 'form_post' });
  t.match(posted.text, '<form method="post" action="https://xn--bcher-kva.example:8443/cb?a=1">');
  t.match(posted.text, '<input type="hidden" name="error" value="invalid_scope">');
  t.notMatch(posted.text, '<script');
  t.notMatch(String(posted.headers['content-security-policy']), 'form-action');

  const app = await authorize(open, { ...wrongScope, redirect_uri: redirect_uris[1] ?? '' });
  t.match(app.text, 'Continue to an application (com.example.app)');
  t.equal((await authorize(open, { login_verifier: 'made up' })).status, 400, 'a made-up verifier does not log in');
  t.equal((await authorize(open, { ...wrongScope, prompt: 'none login' })).status, 400, 'not silent');
  t.equal((await authorize(open, { ...wrongScope, prompt: 'none' })).status, 302, 'silent');
  t.match((await authorize(open, {})).headers.location, /^http:\/\/ui\.example\/login/, 'a valid request');

  const initialAccessTokens = ['an-initial-access-token'];
  const vouched = { headers: { authorization: 'Bearer an-initial-access-token' } };
  for (const [name, other] of [
    ['turned off', await given({ confirmErrorRedirects: false })],
    ['with an initial access token', await given({ initialAccessTokens }, vouched)],
    ['guarded', await given({ clientRegistration: 'guarded', initialAccessTokens }, vouched)],
  ] as const) {
    t.match((await authorize(other, wrongScope)).headers.location, /^https:.*error=invalid_scope/, name);
  }
  const byAdmin = await open.server.admin('POST /clients', { json: { redirect_uris } });
  const trusted = { server: open.server, client: byAdmin.json as Body };
  t.match(
    (await authorize(trusted, wrongScope)).headers.location,
    /^https:.*error=invalid_scope/,
    'by an administrator',
  );
});

t.test('the default scope is used for registration if the setting says so, but never for machines', async (t) => {
  const initialAccessTokens = ['an-initial-access-token'];
  const vouched = { headers: { authorization: 'Bearer an-initial-access-token' } };
  const server = givenAServer(t, {
    settings: { clientRegistration: 'guarded', initialAccessTokens, defaultClientScope: 'openid photos' },
  });
  const scopeOf = async (body: Body) => (await registered(server, { ...minimal, ...body }, vouched)).scope;
  t.equal(await scopeOf({}), 'openid offline_access');
  t.equal(await scopeOf({ scope: 'openid email' }), 'openid email');
  t.equal(await scopeOf({ grant_types: ['client_credentials', 'authorization_code'] }), 'openid offline_access');
  t.notOk(await scopeOf({ grant_types: ['client_credentials'], response_types: [] }));
  const byAdmin = async (on: GivenServer) => ((await on.admin('POST /clients', { json: minimal })).json as Body).scope;
  t.equal(await byAdmin(server), 'openid photos');
  t.equal(await byAdmin(open(t)), '');
  const other = open(t, { registrationDefaultScope: 'openid' });
  t.equal((await registered(other)).scope, 'openid');
});
