// Rules for every reply: forms, cross-origin requests, failures, logs, metrics, closing.
import { EventEmitter, once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { ClientStore } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { adminError, givenAServer } from './support/given-a-server.ts';

const tokenClient = { client_id: 'svc', client_secret: 'svc-secret', grant_types: ['client_credentials'], scope: 'a' };
const authorization = `Basic ${Buffer.from('svc:svc-secret').toString('base64')}`;

t.test('the token endpoint reads urlencoded and multipart forms only', async (t) => {
  const { admin, public: open } = givenAServer(t);
  await admin('POST /clients', { json: tokenClient });
  const multipart = [
    '--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n',
    '--x\r\nContent-Disposition: form-data; name="scope"\r\n\r\na\r\n',
    '--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nfile\r\n--x--\r\n',
  ].join('');
  const form = 'grant_type=client_credentials&scope=a';
  const bodies: readonly [string, string, number][] = [
    [form, 'application/x-www-form-urlencoded', 200],
    [form, 'APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8', 200],
    [multipart, 'multipart/form-data; boundary=x', 200],
    [multipart.replaceAll('--x', '--b'), 'multipart/form-data; boundary=b', 200],
    [multipart.slice(0, -20), 'multipart/form-data; boundary=x', 400],
    [multipart, 'multipart/form-data', 400],
    [form, 'text/plain', 400],
    [form, 'rubbish', 400],
    ['{"grant_type":"client_credentials"}', 'application/json', 400],
    [`${form}&scope=b`, 'application/x-www-form-urlencoded', 400],
    ['', 'application/x-www-form-urlencoded', 400],
  ];
  for (const [raw, type, status] of bodies) {
    const reply = await open('POST /oauth2/token', { raw, headers: { authorization, 'content-type': type } });
    t.equal(reply.status, status, `${type} ${raw.length}`);
    if (status === 400) t.match(reply.json, { error: 'invalid_request', status_code: 400 });
  }
});

t.test('a client created on the admin listener gets active tokens on both listeners', async (t) => {
  const { admin, public: open } = givenAServer(t);
  await admin('POST /clients', { json: tokenClient });
  for (const send of [admin, open]) {
    const form = { grant_type: 'client_credentials', scope: 'a' };
    const issued = await send('POST /oauth2/token', { form, headers: { authorization } });
    const { access_token, ...rest } = issued.json as Record<string, string>;
    t.strictSame(rest, { token_type: 'bearer', expires_in: 3600, scope: 'a' });
    t.match(issued.headers, { 'cache-control': 'no-store', pragma: 'no-cache' });
    const seen = await admin('POST /oauth2/introspect', { form: { token: access_token ?? '' } });
    t.strictSame(seen.json, {
      active: true,
      scope: 'a',
      client_id: 'svc',
      sub: 'svc',
      exp: 1_500_003_600,
      iat: 1_500_000_000,
      iss: 'http://127.0.0.1:4444/',
      token_type: 'access_token',
    });
    const revoked = await send('POST /oauth2/revoke', {
      form: { token: access_token ?? '' },
      headers: { authorization },
    });
    t.match(revoked, { status: 200, text: '{}' });
    t.equal(revoked.headers['content-type'], 'application/json;charset=UTF-8');
    const gone = await admin('POST /oauth2/introspect', { form: { token: access_token ?? '' } });
    t.equal(gone.text.trim(), '{"active":false}');
  }
});

t.test('discovery, keys, userinfo, logout and the fallback pages are served', async (t) => {
  const { public: open } = givenAServer(t);
  t.match((await open('GET /.well-known/openid-configuration')).json, { issuer: 'http://127.0.0.1:4444/' });
  t.strictSame(
    (await open('GET /.well-known/oauth-authorization-server')).json,
    (await open('GET /.well-known/openid-configuration')).json,
    'RFC 8414 §3',
  );
  t.match((await open('GET /.well-known/jwks.json')).json, { keys: [{ kty: 'RSA' }] });
  for (const method of ['GET', 'POST']) t.equal((await open(`${method} /userinfo`)).status, 401);
  const bye = await open('GET /oauth2/auth/sessions/login/revoke');
  t.match([bye.status, bye.headers.location], [302, 'http://ui.example/bye']);
  for (const page of ['consent', 'error?error=%3Cscript%3E', 'logout']) {
    const reply = await open(`GET /oauth2/fallbacks/${page}`);
    t.equal(reply.status, 200);
    t.match(reply.headers['content-type'], /^text\/html; ?charset=utf-8/i);
    t.notMatch(reply.text, '<script>');
  }
});

t.test('public documents may be cached and are not sent again to a client that has them', async (t) => {
  const { admin, public: open } = givenAServer(t);
  for (const path of ['/.well-known/openid-configuration', '/.well-known/jwks.json']) {
    const first = await open(`GET ${path}`);
    t.match(first.headers['cache-control'], /^public, max-age=\d+$/, path);
    const etag = String(first.headers.etag);
    t.match(etag, /^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await open(`GET ${path}`, { headers: { 'if-none-match': known } });
      t.match(
        { status: again.status, etag: again.headers.etag, text: again.text },
        { status: 304, etag, text: '' },
        known,
      );
    }
    t.equal((await open(`GET ${path}`, { headers: { 'if-none-match': '"other"' } })).text, first.text);
  }
  const before = await open('GET /.well-known/jwks.json');
  t.equal(
    (await admin('POST /keys/hydra.openid.id-token', { json: { alg: 'RS256', kid: 'new', use: 'sig' } })).status,
    201,
  );
  const after = await open('GET /.well-known/jwks.json', { headers: { 'if-none-match': String(before.headers.etag) } });
  t.equal(after.status, 200);
  t.not(after.headers.etag, before.headers.etag);
});

t.test('a server that is not ready refuses all requests except health checks', async (t) => {
  let serving = false;
  const problems = { clients: 'The schema is not there.' };
  const { admin, public: open } = givenAServer(t, { status: () => ({ serving, problems: serving ? {} : problems }) });
  const requests = ['POST /oauth2/token', 'GET /.well-known/jwks.json', 'GET /oauth2/auth', 'GET /userinfo'];
  for (const request of requests) {
    const reply = await open(request, {});
    t.equal(reply.status, 503, request);
    t.match(reply.json, { error: 'temporarily_unavailable', error_description: /Try again/, status_code: 503 });
    t.match(reply.headers, { 'retry-after': '1', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  }
  t.equal((await admin('GET /clients')).status, 503);
  const page = await open('GET /oauth2/auth?client_id=x', { headers: { accept: 'text/html,*/*;q=0.8' } });
  t.match([page.status, page.headers['retry-after'], page.text], [503, '1', /try again/]);
  t.match(page.headers, { 'content-type': /^text\/html/, 'x-frame-options': 'DENY' });
  t.strictSame((await admin('GET /health/ready')).json, { errors: problems });
  for (const path of ['/health/alive', '/version', '/metrics/prometheus']) {
    t.equal((await admin(`GET ${path}`)).status, 200, path);
  }
  serving = true;
  t.equal((await admin('GET /clients')).status, 200);
  t.equal((await admin('GET /health/ready')).status, 200);
});

/** A store whose database has become unavailable. */
const brokenClients = (): ClientStore => {
  const fail = async (): Promise<never> => {
    throw new Error('connect ECONNREFUSED db.internal:5432', { cause: new Error('password of the-account') });
  };
  return { create: fail, find: fail, list: fail, replace: fail, remove: fail, removeUnchanged: fail };
};

t.test('an unexpected failure is a 500 without details for the caller, and the log has the cause', async (t) => {
  const stores = { ...memoryStores(), clients: brokenClients() };
  const { admin, public: open, logged } = givenAServer(t, { stores });
  const reply = await admin('GET /clients');
  t.equal(reply.status, 500);
  t.strictSame(reply.json, adminError(500, 'server_error'));
  t.ok(
    logged.some((line) => line.includes('db.internal') && line.includes('password of the-account')),
    'with its cause',
  );

  const notReady = await admin('GET /health/ready');
  t.equal(notReady.status, 503);
  t.strictSame(notReady.json, { errors: { clients: 'The store does not answer.' } });

  const form = { grant_type: 'client_credentials' };
  const token = await open('POST /oauth2/token', { form, headers: { authorization } });
  t.equal(token.status, 500);
  t.match(token.json, { error: 'server_error', status_code: 500 });
  t.notMatch(token.text, 'db.internal');
});

t.test('a body that is too large is refused in the error format of the endpoint', async (t) => {
  const { public: open } = givenAServer(t);
  const reply = await open('POST /oauth2/token', { form: { token: 'x'.repeat(64 * 1024) } });
  t.equal(reply.status, 413);
  t.strictSame(reply.json, adminError(413, 'invalid_request', 'Request body is too large'));
  t.match(reply.headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

t.test('a raw request is logged without its secrets too', async (t) => {
  const { apps, logged } = givenAServer(t);
  const secret = 'hush-hush';
  apps.public.get('/probe', async (request) => {
    request.log.info({
      req: request,
      it: { headers: { authorization: secret, cookie: secret, 'set-cookie': secret } },
    });
    return {};
  });
  await apps.public.inject({ url: `/probe?token=${secret}`, headers: { authorization: secret } });
  t.match(logged.join(), '"req":{"method":"GET","route":"/probe"}');
  t.notMatch(logged.join(), secret);
});

t.test('metrics count the requests of both listeners by route pattern, without ids', async (t) => {
  const { admin, public: open } = givenAServer(t);
  await admin('GET /clients/secret-id');
  await open('GET /nope');
  const { status, headers, text } = await admin('GET /metrics/prometheus');
  t.equal(status, 200);
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(text, /^# HELP process_cpu_seconds_total /m);
  t.match(
    text,
    'http_request_duration_seconds_count{listener="admin",method="GET",route="/clients/:id",status="404"} 1',
  );
  t.match(text, 'http_request_duration_seconds_count{listener="public",method="GET",route="unknown",status="404"} 1');
  t.notMatch(text, 'secret-id');
});

const origin = 'https://app.example';
const corsOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

t.test('by default other origins may read only discovery and the keys', async (t) => {
  const { admin, public: open } = givenAServer(t);
  t.strictSame(corsOf(await open('GET /userinfo', { headers: { origin } })), {});
  const preflight = { origin, 'access-control-request-method': 'GET' };
  const reply = await open('OPTIONS /userinfo', { headers: preflight });
  t.strictSame(corsOf(reply), {});
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/jwks.json',
  ]) {
    t.strictSame(
      corsOf(await open(`GET ${path}`, { headers: { origin } })),
      { 'access-control-allow-origin': '*' },
      path,
    );
  }
  t.strictSame(corsOf(await admin('GET /health/alive', { headers: { origin } })), {});
});

t.test('WHATWG Fetch §3.2: allowed origins may read public replies and send what the endpoints need', async (t) => {
  const any = givenAServer(t, { cors: { allowedOrigins: ['*'] } });
  const some = givenAServer(t, { cors: { allowedOrigins: [origin, 'https://other.example'] } });
  const allow = (value: string, rest = {}) => ({ 'access-control-allow-origin': value, ...rest });
  const post = { 'access-control-allow-methods': 'POST' };
  const cases: readonly [string, Readonly<Record<string, string>>, object, object][] = [
    ['GET /.well-known/jwks.json', { origin }, allow('*'), allow('*')],
    ['GET /userinfo', { origin }, allow('*'), allow(origin)],
    ['GET /userinfo', { origin: 'https://evil.example' }, allow('*'), {}],
    ['GET /userinfo', {}, {}, {}],
    ['POST /oauth2/token', { origin }, allow('*'), allow(origin)],
    ['GET /nope', { origin }, {}, {}],
    ['GET /oauth2/auth', { origin }, {}, {}],
    ['GET /oauth2/%61uth', { origin }, {}, {}],
    ['GET //oauth2/auth', { origin }, {}, {}],
    [
      'OPTIONS /oauth2/token',
      { origin, 'access-control-request-method': 'POST' },
      allow('*', post),
      allow(origin, post),
    ],
    ['OPTIONS /oauth2/token', { origin, 'access-control-request-method': 'PUT' }, {}, {}],
    [
      'OPTIONS /oauth2/token',
      { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      allow('*', post),
      {},
    ],
    [
      'OPTIONS /oauth2/token',
      {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
      allow('*', { ...post, 'access-control-allow-headers': 'Authorization, Content-Type' }),
      allow(origin, { ...post, 'access-control-allow-headers': 'Authorization, Content-Type' }),
    ],
    [
      'OPTIONS /oauth2/token',
      { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'Traceparent,baggage' },
      allow('*', { ...post, 'access-control-allow-headers': 'traceparent, baggage' }),
      allow(origin, { ...post, 'access-control-allow-headers': 'traceparent, baggage' }),
    ],
    [
      'OPTIONS /oauth2/token',
      { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'not a name' },
      {},
      {},
    ],
    // RFC 9700 §2.6: never at the authorization endpoint.
    ['GET /oauth2/auth?x', { origin }, {}, {}],
    ['OPTIONS /oauth2/auth', { origin, 'access-control-request-method': 'GET' }, {}, {}],
    ['GET /oauth2/auth/sessions/login/revoke', { origin }, {}, {}],
  ];
  for (const [request, headers, whenAny, whenSome] of cases) {
    for (const [send, expected] of [
      [any.public, whenAny],
      [some.public, whenSome],
    ] as const) {
      const reply = await send(request, { headers });
      t.strictSame(corsOf(reply), expected, `${request} ${JSON.stringify(headers)}`);
      t.match(reply.headers.vary, /^Origin/);
      if (request.startsWith('OPTIONS')) t.match(reply, { status: 200, text: '' });
    }
  }
  t.equal((await any.public('OPTIONS /oauth2/token', { headers: { origin } })).status, 405, 'no preflight');
  t.strictSame(
    corsOf(await any.admin('GET /health/alive', { headers: { origin } })),
    {},
    'never on the admin listener',
  );
  t.strictSame(corsOf(await any.admin('GET /.well-known/jwks.json', { headers: { origin } })), {});
});

t.test('an allowed origin may be a wildcard for subdomains, and the preflight result may be cached', async (t) => {
  const { public: open } = givenAServer(t, { cors: { allowedOrigins: ['https://*.app.example'], maxAge: 600 } });
  const allowedFor = async (from: string) =>
    (await open('GET /userinfo', { headers: { origin: from } })).headers['access-control-allow-origin'];
  for (const from of ['https://a.app.example', 'https://a.b.app.example']) t.equal(await allowedFor(from), from);
  const others = [
    'https://app.example',
    'https://.app.example',
    'https://aapp.example',
    'http://a.app.example',
    'https://evil.example#.app.example',
    'https://evil.example:1.app.example',
    'https://a.app.example.evil.example',
    'null',
  ];
  for (const from of others) t.equal(await allowedFor(from), undefined, from);
  const preflight = { origin: 'https://a.app.example', 'access-control-request-method': 'GET' };
  t.equal((await open('OPTIONS /userinfo', { headers: preflight })).headers['access-control-max-age'], '600');
});

t.test('closing waits for requests in flight, but not for idle connections', async (t) => {
  const { apps } = givenAServer(t);
  const app = apps.public;
  const signals = new EventEmitter();
  const begun = once(signals, 'begun');
  app.get('/slow', async () => {
    signals.emit('begun');
    await once(signals, 'finish');
    return 'done';
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const get = async (path: string): Promise<IncomingMessage> => {
    const sent = httpRequest({ port, path, agent }).end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    reply.resume();
    await once(reply, 'end');
    return reply;
  };
  const silent = connect(port, '127.0.0.1');
  t.teardown(() => silent.destroy());
  await once(silent, 'connect');
  const idle = await get('/nope');
  t.equal(idle.headers.connection, 'keep-alive');
  const slow = get('/slow');
  await begun;
  const started = performance.now();
  const closed = app.close();
  setTimeout(() => signals.emit('finish'), 50);
  const reply = await slow;
  t.equal(reply.statusCode, 200, 'the request in flight is answered');
  t.equal(reply.headers.connection, 'close');
  await closed;
  t.ok(performance.now() - started < 2000);
});
