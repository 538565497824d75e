// The five client operations of the 2018 API.
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import t from 'tap';
import { adminError, duplicateBody, givenAServer, noSuchRowBody } from './support/given-a-server.ts';

/** The answer to creating a client with `{}`, except for id and secret. */
const bare = {
  client_name: '',
  redirect_uris: null,
  grant_types: null,
  response_types: null,
  scope: '',
  owner: '',
  policy_uri: '',
  tos_uri: '',
  client_uri: '',
  logo_uri: '',
  contacts: null,
  client_secret_expires_at: 0,
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
};

const bareRead = { ...bare, redirect_uris: [], grant_types: [], response_types: [], contacts: [] };

t.test('a client created from an empty object has every default, and its secret is shown once', async (t) => {
  const { admin } = givenAServer(t);
  const created = await admin('POST /clients', { json: {} });
  const { client_id, client_secret, ...rest } = created.json as Record<string, string>;
  t.equal(created.status, 201);
  t.match(client_id, /^[0-9a-f-]{36}$/);
  t.match(client_secret, /^[A-Za-z0-9_-]{43}$/);
  t.strictSame(rest, bare);
  t.equal(created.headers.location, `/clients/${client_id}`);
  t.match(created.headers['content-type'], /^application\/json/);
  t.equal(created.headers['cache-control'], 'no-store');

  const read = await admin(`GET /clients/${client_id}`);
  t.equal(read.status, 200);
  t.strictSame(read.json, { client_id, ...bareRead });
});

t.test('every member is returned as it was sent', async (t) => {
  const { admin } = givenAServer(t);
  const full = {
    client_id: 'full',
    client_name: 'Full Client',
    redirect_uris: ['http://127.0.0.1:14446/callback', 'https://app.example.com/cb?x=1'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code', 'token id_token'],
    scope: 'openid offline bar.*',
    owner: 'owner-1',
    policy_uri: 'https://app.example.com/policy',
    tos_uri: 'https://app.example.com/tos',
    client_uri: 'https://app.example.com',
    logo_uri: 'https://app.example.com/logo.png',
    contacts: ['a@example.com', ''],
    client_secret_expires_at: 0,
    subject_type: 'public',
    id_token_signed_response_alg: 'EdDSA',
    access_token_strategy: 'jwt',
    standard_claims: 'userinfo',
    authorization_code_grant_access_token_lifespan: '1h30m0s',
    refresh_token_grant_refresh_token_lifespan: '720h0m0s',
    jwks: { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'my-key', use: 'sig', alg: 'RS256' }] },
    token_endpoint_auth_method: 'client_secret_post',
    request_uris: ['https://app.example.com/request'],
    request_object_signing_alg: 'none',
    userinfo_signed_response_alg: 'RS256',
  };
  const sent = { ...full, client_secret: 'a-full-secret', client_secret_expires_at: 12345, unknown: 1 };
  const created = await admin('POST /clients', { json: sent });
  t.equal(created.status, 201);
  t.strictSame(created.json, { ...full, client_secret: 'a-full-secret' });
  t.strictSame((await admin('GET /clients/full')).json, full);
  t.strictSame((await admin('GET /clients')).json, [full]);
});

t.test('lifespans are written as Go does, and a malformed one is refused', async (t) => {
  const { admin } = givenAServer(t);
  const name = 'client_credentials_grant_access_token_lifespan';
  const created = await admin('POST /clients', { json: { client_id: 'x', [name]: '90s' } });
  t.match(created.json, { [name]: '1m30s' });
  for (const text of ['90', '1.5s', 'soon', '-1s']) {
    const refused = await admin('PUT /clients/x', { json: { [name]: text } });
    t.equal(refused.status, 400, text);
    t.match(refused.json, { error: 'invalid_request', error_hint: new RegExp(`^${name} must be a duration`) });
  }
  t.match((await admin('GET /clients/x')).json, { [name]: '1m30s' });
});

t.test('empty members are shown, left out, null or empty as in 2018', async (t) => {
  const { admin } = givenAServer(t);
  const json = {
    client_id: 'x',
    client_secret: 'secret',
    redirect_uris: [],
    grant_types: null,
    request_uris: [],
    jwks: null,
  };
  const created = await admin('POST /clients', { json });
  t.strictSame(created.json, { ...bare, client_id: 'x', client_secret: 'secret', redirect_uris: [] });
  const withKeys = await admin('POST /clients', {
    json: { client_id: 'keys', client_secret: 'secret', jwks: {}, sector_identifier_uri: '', jwks_uri: '' },
  });
  t.strictSame(withKeys.json, { ...bare, client_id: 'keys', client_secret: 'secret', jwks: { keys: [] } });
});

t.test('RFC 6749 §2.1: a public client is shown no secret', async (t) => {
  const { admin } = givenAServer(t);
  const json = { client_id: 'app', token_endpoint_auth_method: 'none' };
  const created = await admin('POST /clients', { json });
  t.strictSame(created.json, { ...bare, ...json });
});

t.test('an existing id is a 409, and the first client stays', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /clients', { json: { client_id: 'dup', client_name: 'first' } });
  const second = await admin('POST /clients', { json: { client_id: 'dup', client_name: 'second' } });
  t.equal(second.status, 409);
  t.strictSame(second.json, duplicateBody);
  t.match((await admin('GET /clients/dup')).json, { client_name: 'first' });
});

t.test('an update replaces everything, keeps the secret, and ignores the id in the body', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /clients', { json: { client_id: 'upd', client_name: 'before', owner: 'me', contacts: ['x'] } });
  const updated = await admin('PUT /clients/upd', { json: { client_id: 'other', client_name: 'after', scope: 'c' } });
  t.equal(updated.status, 200);
  t.strictSame(updated.json, { ...bare, client_id: 'upd', client_name: 'after', scope: 'c' });
  t.strictSame((await admin('GET /clients/upd')).json, {
    ...bareRead,
    client_id: 'upd',
    client_name: 'after',
    scope: 'c',
  });
  t.equal((await admin('GET /clients/other')).status, 404);
});

t.test('an update returns a new secret, which is valid from then on', async (t) => {
  const { admin, public: open } = givenAServer(t);
  const client = { client_id: 'rot', grant_types: ['client_credentials'] };
  await admin('POST /clients', { json: { ...client, client_secret: 'first-secret' } });
  const updated = await admin('PUT /clients/rot', { json: { ...client, client_secret: 'second-secret' } });
  t.strictSame(updated.json, { ...bare, ...client, client_secret: 'second-secret' });
  const token = (secret: string) =>
    open('POST /oauth2/token', {
      form: { grant_type: 'client_credentials' },
      headers: { authorization: `Basic ${Buffer.from(`rot:${secret}`).toString('base64')}` },
    });
  t.equal((await token('first-secret')).status, 401);
  t.equal((await token('second-secret')).status, 200);
});

t.test('a short secret is accepted with a warning; a setting refuses it', async (t) => {
  const lax = givenAServer(t);
  const warnings = () => lax.logged.filter((line) => JSON.parse(line).level === 'warn');
  t.equal((await lax.admin('POST /clients', { json: { client_id: 'a', client_secret: 'sixsix' } })).status, 201);
  t.equal((await lax.admin('PUT /clients/a', { json: { client_secret: 'fifteen-letters' } })).status, 200);
  t.match(warnings(), [/"clientId":"a".*fewer than 16 bytes/, /"clientId":"a".*fewer than 16 bytes/]);
  t.notMatch(warnings().join(), /sixsix|fifteen-letters/);
  await lax.admin('POST /clients', { json: { client_id: 'b', client_secret: 'sixteen letters.' } });
  await lax.admin('POST /clients', { json: { client_id: 'c' } });
  t.equal(warnings().length, 2);

  const strict = givenAServer(t, { settings: { minClientSecretLength: 20 } });
  const hint = 'client_secret must have at least 20 bytes.';
  const refused = await strict.admin('POST /clients', {
    json: { client_id: 'a', client_secret: 'nineteen characters' },
  });
  t.strictSame([refused.status, refused.json], [400, adminError(400, 'invalid_request', hint)]);
  t.equal((await strict.admin('POST /clients', { json: { client_id: 'a' } })).status, 201);
  const shortened = await strict.admin('PUT /clients/a', { json: { client_secret: 'nineteen characters' } });
  t.strictSame([shortened.status, shortened.json], [400, adminError(400, 'invalid_request', hint)]);
});

t.test('an unknown client is a 404 on reading and updating, and a 204 on deleting', async (t) => {
  const { admin } = givenAServer(t);
  for (const request of ['GET /clients/ghost', 'PUT /clients/ghost']) {
    const reply = await admin(request, request.startsWith('PUT') ? { json: {} } : {});
    t.equal(reply.status, 404, request);
    t.strictSame(reply.json, noSuchRowBody);
  }
  const deleted = await admin('DELETE /clients/ghost');
  t.equal(deleted.status, 204);
  t.equal(deleted.text, '');
  t.strictSame((await admin('GET /clients')).json, []);
});

t.test('a deleted client is a 404', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /clients', { json: { client_id: 'x' } });
  t.equal((await admin('DELETE /clients/x', { headers: { 'content-type': 'application/json' } })).status, 204);
  t.equal((await admin('GET /clients/x')).status, 404);
});

t.test('clients are listed by id; malformed limits and offsets are accepted as in 2018', async (t) => {
  const { admin } = givenAServer(t);
  for (const client_id of ['c', 'a', 'b']) await admin('POST /clients', { json: { client_id } });
  const pages: readonly [string, readonly string[]][] = [
    ['', ['a', 'b', 'c']],
    ['?limit=2', ['a', 'b']],
    ['?limit=2&offset=2', ['c']],
    ['?offset=3', []],
    ['?limit=0', []],
    ['?limit=-1', []],
    ['?offset=-5', ['a', 'b', 'c']],
    ['?limit=x&offset=y', ['a', 'b', 'c']],
    ['?limit=1.5', ['a', 'b', 'c']],
    ['?limit=1&limit=2', ['a']],
    ['?limit=99999999999999999999', ['a', 'b', 'c']],
    ['?limit=%zz', ['a', 'b', 'c']],
  ];
  for (const [query, ids] of pages) {
    const { status, json } = await admin(`GET /clients${query}`);
    t.equal(status, 200, query);
    t.strictSame(
      (json as { client_id: string }[]).map(({ client_id }) => client_id),
      ids,
      query,
    );
  }
});

t.test('a page has 100 clients by default and at most 500', async (t) => {
  const { admin, provider, stores } = givenAServer(t);
  await admin('POST /clients', { json: { client_id: 'first' } });
  const first = await provider.admin.getClient('first');
  if (!first) return t.fail();
  for (let index = 0; index < 505; index++) await stores.clients.create({ ...first, id: `id-${index}` });
  const count = async (query: string) => ((await admin(`GET /clients${query}`)).json as unknown[]).length;
  t.equal(await count(''), 100);
  t.equal(await count('?limit=500'), 500);
  t.equal(await count('?limit=501'), 500);
});

t.test('an invalid body is refused, the error names the member, and nothing is stored', async (t) => {
  const { admin } = givenAServer(t);
  const refused: readonly [string | Buffer, string][] = [
    ['', 'The body is empty. It must be JSON.'],
    ['{"client_id": "x"', 'The body is not JSON (RFC 8259).'],
    ['{"client_id":"x"} garbage', 'The body is not JSON (RFC 8259).'],
    ['<html>', 'The body is not JSON (RFC 8259).'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'The body is not JSON (RFC 8259).'],
    ['[]', 'The body must be object.'],
    ['"x"', 'The body must be object.'],
    ['12', 'The body must be object.'],
    ['{"client_id":12}', 'The member "client_id" must be string.'],
    ['{"scope":["a"]}', 'The member "scope" must be string.'],
    ['{"redirect_uris":"x"}', 'The member "redirect_uris" must be array.'],
    ['{"redirect_uris":[1,2]}', 'The member "redirect_uris[0]" must be string.'],
    ['{"redirect_uris":[null]}', 'The member "redirect_uris[0]" must be string.'],
    ['{"client_secret_expires_at":"0"}', 'The member "client_secret_expires_at" must be integer.'],
    ['{"jwks":[]}', 'The member "jwks" must be object.'],
    ['{"jwks":{"keys":[{}]}}', 'The member "jwks.keys[0].kty" is missing.'],
    ['{"jwks":{"keys":[{"kty":"RSA"}]}}', 'jwks.keys[0].n does not fit any supported type of key.'],
    ['{"client_secret":"short"}', 'client_secret must have at least 6 bytes.'],
    ['{"redirect_uris":["https://a.example/#f"]}', 'redirect_uris: "https://a.example/#f" has a fragment.'],
    ['{"client_id":"\\ud800"}', 'The body contains a text with U+0000 or an unpaired surrogate.'],
    ['{"client_id":"a\\u0000b"}', 'The body contains a text with U+0000 or an unpaired surrogate.'],
    [
      '{"jwks":{"keys":[{"kty":"oct","k":"AQAB","\\u0000":1}]}}',
      'The body contains a text with U+0000 or an unpaired surrogate.',
    ],
    ['{"__proto__":{"client_id":"x"}}', 'The body has a member "__proto__".'],
    [`{"x":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'The body is nested more than 64 levels deep.'],
  ];
  for (const [raw, hint] of refused) {
    for (const request of ['POST /clients', 'PUT /clients/x']) {
      const reply = await admin(request, { raw, headers: { 'content-type': 'application/json' } });
      t.equal(reply.status, 400, `${request} ${String(raw).slice(0, 60)}`);
      t.strictSame(reply.json, adminError(400, 'invalid_request', hint));
    }
  }
  t.strictSame((await admin('GET /clients')).json, []);
});

t.test('JSON is read regardless of the Content-Type, and null counts as an empty body', async (t) => {
  const { admin } = givenAServer(t);
  for (const type of [
    'application/x-www-form-urlencoded',
    'text/plain',
    'rubbish',
    '',
    'application/json; charset=x',
  ]) {
    const reply = await admin('POST /clients', { raw: '{"client_name":"x"}', headers: { 'content-type': type } });
    t.equal(reply.status, 201, type);
    t.match(reply.json, { client_name: 'x' });
  }
  t.equal((await admin('POST /clients', { raw: '{"client_name":"x"}' })).status, 201, 'none');
  t.equal((await admin('POST /clients', { raw: 'null' })).status, 201, 'null');
});

t.test('a body of more than 1 MiB is a 413', async (t) => {
  const { admin } = givenAServer(t);
  const reply = await admin('POST /clients', { json: { owner: 'x'.repeat(1024 * 1024) } });
  t.equal(reply.status, 413);
  t.strictSame(reply.json, adminError(413, 'invalid_request', 'Request body is too large'));
});

t.test('clients with any characters in their ids can be created, read, updated and deleted', async (t) => {
  const { admin } = givenAServer(t);
  const ids = [
    'with space',
    'a/b',
    '/',
    '//evil.example',
    'a%2Fb',
    'a%20b',
    '%',
    'ü',
    '日本',
    '😀',
    'a:b',
    'a?b#c',
    'a\\b',
    '.a',
  ];
  for (const client_id of [...ids, 'x'.repeat(2048), 'ü'.repeat(1024)]) {
    const created = await admin('POST /clients', { json: { client_id } });
    const path = `/clients/${encodeURIComponent(client_id)}`;
    t.equal(created.headers.location, path);
    t.match((await admin(`GET ${path}`)).json, { client_id }, client_id.slice(0, 20));
    t.match((await admin(`PUT ${path}`, { json: { client_name: 'n' } })).json, { client_id, client_name: 'n' });
    t.equal((await admin(`DELETE ${path}`)).status, 204);
    t.equal((await admin(`GET ${path}`)).status, 404);
  }
});

t.test('pages of other sites cannot call the admin endpoints; links to them work', async (t) => {
  const { admin } = givenAServer(t);
  const foreign: readonly Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { host: '127.0.0.1:4445', origin: 'http://127.0.0.1:4444' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ];
  for (const headers of foreign) {
    const reply = await admin('POST /clients', { raw: '{}', headers: { 'content-type': 'text/plain', ...headers } });
    t.equal(reply.status, 403);
    t.strictSame(
      reply.json,
      adminError(403, 'request_forbidden', 'The admin endpoints do not accept requests from pages of other sites.'),
    );
    for (const request of ['DELETE /clients/x', 'GET /clients', 'GET /metrics/prometheus']) {
      t.equal((await admin(request, { headers })).status, 403, `${request} ${JSON.stringify(headers)}`);
    }
  }
  const own = { host: '127.0.0.1:4445', origin: 'http://127.0.0.1:4445', 'sec-fetch-site': 'same-origin' };
  t.equal((await admin('POST /clients', { json: {}, headers: own })).status, 201);
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  t.equal((await admin('GET /clients', { headers: link })).status, 200);
  t.equal((await admin('POST /clients', { json: {}, headers: link })).status, 403);
  t.equal((await admin('GET /clients', { headers: { 'sec-fetch-site': 'none' } })).status, 200);
});

t.test(
  'DNS rebinding: the admin endpoints answer to loopback names only, regardless of the address they are bound to',
  async (t) => {
    const { admin } = givenAServer(t);
    const ask = async (host: string) => (await admin('GET /clients', { headers: { host } })).status;
    const own = [
      '127.0.0.1:4445',
      'localhost',
      'LOCALHOST.:4445',
      '[::1]:4445',
      '[0:0:0:0:0:0:0:1]:4445',
      'c.localhost:1',
    ];
    for (const host of own) t.equal(await ask(host), 200, host);
    const foreign = [
      'evil.example',
      'evil.example:4445',
      '127.0.0.1.evil.example',
      '10.0.0.7',
      'localhost.evil.example',
    ];
    const malformed = ['x@localhost', 'evil.example/a.localhost', 'localhost#', '*', 'localhost:80@evil.example'];
    for (const host of [...foreign, ...malformed, '127.0.0.1:evil.example', '[::1]evil.example', '[::1', ':4445']) {
      t.equal(await ask(host), 403, host);
    }
    const rebound = { host: 'evil.example:4445', origin: 'http://evil.example:4445', 'sec-fetch-site': 'same-origin' };
    t.equal((await admin('POST /clients', { json: {}, headers: rebound })).status, 403);
    for (const path of ['/health/alive', '/health/ready', '/version']) {
      t.equal((await admin(`GET ${path}`, { headers: { host: 'claviger-admin:4445' } })).status, 200, path);
    }
  },
);

t.test('other names and their subdomains can be allowed; their pages then count as same-origin', async (t) => {
  const { admin } = givenAServer(t, { adminAllowedHosts: ['Claviger-Admin', '*.internal.example'] });
  const ask = async (host: string) => (await admin('GET /clients', { headers: { host } })).status;
  for (const host of [
    'claviger-admin:4445',
    'claviger-admin.',
    'A.internal.example',
    'a.b.internal.example:1',
    'localhost',
  ])
    t.equal(await ask(host), 200, host);
  for (const host of ['internal.example', 'evilinternal.example', 'claviger-admin.evil.example'])
    t.equal(await ask(host), 403, host);
  const own = { host: 'claviger-admin:4445', origin: 'http://claviger-admin:4445', 'sec-fetch-site': 'same-origin' };
  t.equal((await admin('POST /clients', { json: {}, headers: own })).status, 201);
  const any = givenAServer(t, { adminAllowedHosts: ['*'] });
  t.equal((await any.admin('GET /clients', { headers: { host: 'anything.example' } })).status, 200);
});

t.test('an HTTP/1.0 request without Host is answered, and so is one that names the local address', async (t) => {
  const { apps } = givenAServer(t);
  await apps.admin.listen({ host: '::', port: 0 });
  const { port } = apps.admin.server.address() as AddressInfo;
  const ask = async (head: string, address = '127.0.0.1'): Promise<string> => {
    const socket = connect(port, address);
    socket.end(`${head}\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };
  t.match(await ask('GET /clients HTTP/1.0'), /^HTTP\/1\.1 200 /);
  t.match(await ask('GET /clients HTTP/1.0\r\nHost: evil.example'), /^HTTP\/1\.1 403 /);
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (outside === undefined) return;
  t.match(await ask(`GET /clients HTTP/1.0\r\nHost: ${outside}:4445`, outside), /^HTTP\/1\.1 200 /);
  t.match(
    await ask(`GET /clients HTTP/1.0\r\nHost: ${outside}:4445`),
    /^HTTP\/1\.1 403 /,
    'an address that the connection was not made to',
  );
});
