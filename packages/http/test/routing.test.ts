// Which paths exist on which listener, and the answers for all others.
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { adminError, givenAServer, type Send } from './support/given-a-server.ts';

const publicPaths: readonly (readonly [string, readonly string[]])[] = [
  ['/oauth2/auth', ['GET', 'POST']],
  ['/oauth2/token', ['POST']],
  ['/oauth2/revoke', ['POST']],
  ['/oauth2/introspect', ['POST']],
  ['/userinfo', ['GET', 'HEAD', 'POST']],
  ['/.well-known/openid-configuration', ['GET', 'HEAD']],
  ['/.well-known/oauth-authorization-server', ['GET', 'HEAD']],
  ['/.well-known/jwks.json', ['GET', 'HEAD']],
  ['/oauth2/fallbacks/consent', ['GET', 'HEAD']],
  ['/oauth2/fallbacks/error', ['GET', 'HEAD']],
  ['/oauth2/fallbacks/logout', ['GET', 'HEAD']],
  ['/health/alive', ['GET', 'HEAD']],
  ['/health/ready', ['GET', 'HEAD']],
];

const adminPaths: readonly (readonly [string, readonly string[]])[] = [
  ['/clients', ['GET', 'HEAD', 'POST']],
  ['/clients/x', ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT']],
  ['/oauth2/auth/requests/login/x', ['GET', 'HEAD']],
  ['/oauth2/auth/requests/login/x/accept', ['PUT']],
  ['/oauth2/auth/requests/login/x/reject', ['PUT']],
  ['/oauth2/auth/requests/consent/x', ['GET', 'HEAD']],
  ['/oauth2/auth/requests/consent/x/accept', ['PUT']],
  ['/oauth2/auth/requests/consent/x/reject', ['PUT']],
  ['/oauth2/auth/sessions/consent/x', ['DELETE', 'GET', 'HEAD']],
  ['/oauth2/auth/sessions/consent/x/y', ['DELETE']],
  ['/oauth2/auth/sessions/login/x', ['DELETE']],
  ['/oauth2/flush', ['POST']],
  ['/keys/x', ['DELETE', 'GET', 'HEAD', 'POST', 'PUT']],
  ['/keys/x/y', ['DELETE', 'GET', 'HEAD', 'PUT']],
  ['/health/status', ['GET', 'HEAD']],
  ['/version', ['GET', 'HEAD']],
  ['/metrics/prometheus', ['GET', 'HEAD']],
];

const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

t.test('a known path refuses every other method, including OPTIONS, and lists the allowed ones', async (t) => {
  const { admin, public: open } = givenAServer(t);
  const check = async (send: Send, [path, methods]: readonly [string, readonly string[]]): Promise<void> => {
    for (const method of everyMethod.filter((one) => !methods.includes(one))) {
      const reply = await send(`${method} ${path}`);
      t.equal(reply.status, 405, `${method} ${path}`);
      t.equal(reply.headers.allow, methods.join(', '));
      t.equal(reply.headers['content-type'], 'text/plain; charset=utf-8');
      t.equal(reply.headers['x-content-type-options'], 'nosniff');
      t.equal(reply.text, method === 'HEAD' ? '' : 'Method Not Allowed\n');
    }
  };
  for (const known of publicPaths) {
    await check(open, known);
    await check(admin, known);
  }
  for (const known of adminPaths) await check(admin, known);
  await check(open, ['/oauth2/auth/sessions/login/revoke', ['GET']]);
  await check(admin, ['/oauth2/auth/sessions/login/revoke', ['DELETE', 'GET']]);
});

t.test('RFC 9110 §9.3.2: HEAD is GET without the body and without side effects', async (t) => {
  const { admin, public: open } = givenAServer(t);
  for (const [send, path] of [
    [open, '/.well-known/openid-configuration'],
    [open, '/.well-known/jwks.json'],
    [open, '/userinfo'],
    [admin, '/health/alive'],
    [admin, '/health/ready'],
    [admin, '/clients'],
    [admin, '/clients/unknown'],
    [open, '/USERINFO/'],
    [open, '/nope'],
  ] as const) {
    const [get, head] = [await send(`GET ${path}`), await send(`HEAD ${path}`)];
    t.equal(head.status, get.status, path);
    t.equal(head.text, '');
    if (get.text !== '') t.equal(head.headers['content-length'], get.headers['content-length'], path);
    for (const name of ['content-type', 'cache-control', 'etag', 'location', 'www-authenticate']) {
      t.equal(head.headers[name], get.headers[name], `${name} of ${path}`);
    }
  }
  for (const path of ['/oauth2/auth?client_id=x', '/oauth2/auth/sessions/login/revoke']) {
    const head = await open(`HEAD ${path}`, { headers: { cookie: 'oauth2_authentication_session=x' } });
    t.match([head.status, head.headers['set-cookie']], [405, undefined], path);
  }
});

t.test('with an issuer path that a proxy strips, redirects keep that path', async (t) => {
  const { admin, public: open } = givenAServer(t, { issuer: 'https://id.example/auth/' });
  const cases: readonly [Send, string, string, string][] = [
    [open, 'GET', '//.well-known/openid-configuration?x', '/auth/.well-known/openid-configuration?x'],
    [open, 'GET', '/USERINFO', '/auth/userinfo'],
    [open, 'GET', '/userinfo/', '/auth/userinfo'],
    [open, 'POST', '/oauth2//token', '/auth/oauth2/token'],
    [open, 'POST', '/OAuth2/Token/', '/auth/oauth2/token'],
    [admin, 'GET', '///keys///Set///Kid///', '/auth/keys/Set/Kid'],
    [admin, 'GET', '/health/status', '/auth/health/alive'],
  ];
  for (const [send, method, path, target] of cases) {
    const { location } = (await send(`${method} ${path}`)).headers;
    const { pathname, search, host } = new URL(String(location), `https://id.example/auth${path}`);
    t.strictSame([host, pathname + search], ['id.example', target], path);
  }
});

t.test('an unknown path is a 404 in plain text; admin paths are unknown on the public listener', async (t) => {
  const { admin, public: open } = givenAServer(t);
  const check = async (send: Send, request: string): Promise<void> => {
    const reply = await send(request);
    t.equal(reply.status, 404, request);
    t.equal(reply.headers['content-type'], 'text/plain; charset=utf-8');
    t.equal(reply.headers['x-content-type-options'], 'nosniff');
    t.equal(reply.text, request.startsWith('HEAD') ? '' : '404 page not found\n');
  };
  for (const send of [admin, open]) {
    for (const request of ['GET /', 'GET /nope', 'POST /nope', 'GET /nope/%zz', 'GET /oauth2', 'GET /../etc/passwd']) {
      await check(send, request);
    }
  }
  for (const [path, methods] of adminPaths) {
    for (const method of methods) await check(open, `${method} ${path}`);
  }
});

t.test(
  'trailing and double slashes and wrong case are corrected by a redirect: 301 for GET, 307 otherwise',
  async (t) => {
    const { admin, public: open } = givenAServer(t);
    const redirects: readonly [Send, string, number, string][] = [
      [open, 'GET /oauth2/auth/?client_id=a%20b&x=//y', 301, '/oauth2/auth?client_id=a%20b&x=//y'],
      [open, 'GET /USERINFO', 301, '/userinfo'],
      [open, 'POST /oauth2//token', 307, '/oauth2/token'],
      [open, 'POST /OAuth2/Token/', 307, '/oauth2/token'],
      [open, 'GET //userinfo?x', 301, '/userinfo?x'],
      [admin, 'GET /clients/', 301, '/clients'],
      [admin, 'POST /clients/', 307, '/clients'],
      [admin, 'PUT /Clients/A%2Fb/', 307, '/clients/A%2Fb'],
      [admin, 'DELETE /clients/x/', 307, '/clients/x'],
      [admin, 'GET ///keys///Set///Kid///', 301, '/keys/Set/Kid'],
    ];
    for (const [send, request, status, location] of redirects) {
      const reply = await send(request);
      t.equal(reply.status, status, request);
      t.equal(reply.headers.location, location, request);
      t.equal(reply.text, '');
    }
  },
);

t.test('a redirect never leaves the host, and a missing id never widens a deletion', async (t) => {
  const { admin, public: open } = givenAServer(t);
  const notFound: readonly [Send, string][] = [
    [open, 'GET //evil.example/userinfo'],
    [open, 'GET /%2Fevil.example/'],
    [admin, 'GET //evil.example/'],
    [admin, 'GET /oauth2/auth/sessions/consent/'],
    [admin, 'GET /oauth2/auth/sessions/consent'],
    [admin, 'GET /oauth2/auth/requests/login/'],
    [admin, 'DELETE /oauth2/auth/sessions/consent/'],
    [admin, 'DELETE /oauth2/auth/sessions/consent/anna/'],
    [admin, 'DELETE /oauth2/auth/sessions/consent//shop'],
    [admin, 'DELETE /oauth2/auth/sessions/login/'],
    [admin, 'DELETE /keys/set/'],
    [admin, 'PUT /keys//kid'],
  ];
  for (const [send, request] of notFound) {
    const reply = await send(request);
    t.equal(reply.status, 404, request);
    t.equal(reply.headers['x-content-type-options'], 'nosniff', request);
  }
});

t.test('a malformed escape or an overlong segment on a known path is a 400', async (t) => {
  const { admin } = givenAServer(t);
  const hint = 'A path segment has a malformed percent escape, or more than 8192 characters.';
  for (const segment of ['%zz', '%', '%f', '%ff', '%C3', 'a%2', 'x'.repeat(8193)]) {
    for (const path of [`/clients/${segment}`, `/keys/x/${segment}`, `/oauth2/auth/sessions/consent/${segment}`]) {
      const reply = await admin(`GET ${path}`);
      t.equal(reply.status, 400, path.slice(0, 60));
      t.strictSame(reply.json, adminError(400, 'invalid_request', hint));
    }
  }
});

t.test('each segment is decoded once', async (t) => {
  const { admin, provider } = givenAServer(t);
  await provider.admin.putKey('a/b', { kty: 'oct', kid: '%2F', k: 'AQAB' });
  t.equal((await admin('GET /keys/a%2Fb/%252F')).status, 200);
  t.equal((await admin('GET /keys/a%252Fb/%252F')).status, 404);
  t.equal((await admin('GET /keys/a%2Fb/%2F')).status, 404);
});

t.test('raw paths, which only a socket can send, follow the same rules', async (t) => {
  const { apps } = givenAServer(t);
  await apps.admin.listen({ host: '127.0.0.1', port: 0 });
  const { port } = apps.admin.server.address() as AddressInfo;
  const cases: readonly [string, number, string | undefined][] = [
    ['//evil.example/%2e%2e/userinfo', 404, undefined],
    ['//evil.example/../clients', 404, undefined],
    ['/..//evil.example/', 404, undefined],
    ['//clients?', 301, '/clients?'],
    ['http://evil.example//clients/', 404, undefined],
    ['/clients/a%2Fb', 404, undefined],
    ['/\\evil.example', 404, undefined],
  ];
  for (const [path, status, location] of cases) {
    const sent = httpRequest({ port, path, agent: false }).end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    reply.resume();
    t.strictSame([reply.statusCode, reply.headers.location], [status, location], path);
  }
});
