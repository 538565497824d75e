// The log line of a request: what it says, what it leaves out, and whom it believes about addresses and request ids.
import t, { type Test } from 'tap';
import { givenAServer } from './support/given-a-server.ts';

const authorization = `Basic ${btoa('svc:svc-secret')}`;

const givenALog = (t: Test, options: Parameters<typeof givenAServer>[1] = {}) => {
  const server = givenAServer(t, options);
  const lines = () => server.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  return { ...server, lines, last: () => lines().at(-1) };
};

const client = { client_id: 'svc', client_secret: 'svc-secret', grant_types: ['client_credentials'], scope: 'a' };

t.test('requests are logged in one line, without queries, credentials, cookies and challenges', async (t) => {
  const { admin, public: open, logged, lines } = givenALog(t);
  const secret = 'hush-hush';
  await open(`GET /oauth2/auth?code=${secret}`, { headers: { cookie: `a=${secret}` } });
  await open('POST /oauth2/token', { form: { code: secret }, headers: { authorization: `Bearer ${secret}` } });
  await admin(`GET /oauth2/auth/requests/login/${secret}`);
  await admin(`GET /oauth2/auth/requests/login/${secret}/accept`);
  await admin(`PUT /oauth2/auth/requests/consent/${secret}/accept/`);
  await admin(`GET /oauth2/auth/%72equests/login/${secret}`);
  await open(`GET /oauth2/auth/requests/login/${secret}`);
  await open(`GET /%zz/${secret}`);
  await admin('GET /clients/a%2Fb');
  t.strictSame(
    lines().map(({ method, route, status }) => ({ method, route, status })),
    [
      { method: 'GET', route: '/oauth2/auth', status: 400 },
      { method: 'POST', route: '/oauth2/token', status: 400 },
      { method: 'GET', route: '/oauth2/auth/requests/login/:challenge', status: 404 },
      { method: 'GET', route: 'unknown', status: 405 },
      { method: 'PUT', route: 'unknown', status: 307 },
      { method: 'GET', route: '/oauth2/auth/requests/login/:challenge', status: 404 },
      { method: 'GET', route: 'unknown', status: 404 },
      { method: 'GET', route: '/clients/:id', status: 404 },
    ],
  );
  t.notMatch(logged.join(), secret);
});

t.test('the line of a token request says who asked for what, and why it was refused', async (t) => {
  const { admin, public: open, last, logged } = givenALog(t);
  await admin('POST /clients', { json: client });
  t.match(last(), { level: 'info', listener: 'admin', route: '/clients', status: 201, clientId: 'svc' });
  const form = { grant_type: 'client_credentials' };
  const { headers } = await open('POST /oauth2/token', { form, headers: { authorization } });
  t.match(last(), {
    level: 'info',
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    requestId: headers['x-request-id'],
    listener: 'public',
    method: 'POST',
    route: '/oauth2/token',
    status: 200,
    ms: Number,
    address: '127.0.0.1',
    clientId: 'svc',
    grantType: 'client_credentials',
  });
  t.strictSame([last().error, last().subject, last().scheme], [undefined, undefined, undefined]);

  await open('POST /oauth2/token', { form: { ...form, scope: 'b' }, headers: { authorization } });
  t.match(last(), { level: 'info', status: 400, error: 'invalid_scope', hint: /"b"/, clientId: 'svc' });
  await open('POST /oauth2/token', { form, headers: { authorization: `Basic ${btoa('svc:guessed-wrong')}` } });
  t.match(last(), { level: 'warn', status: 401, error: 'invalid_client', clientId: 'svc' });
  await open('POST /oauth2/token', { form, headers: { authorization: `Basic ${btoa('nobody:guessed-wrong')}` } });
  t.match(last(), { level: 'warn', status: 401, error: 'invalid_client', clientId: 'nobody' });
  await open('POST /oauth2/token', {
    form: { grant_type: 'authorization_code', code: 'not-a-code' },
    headers: { authorization },
  });
  t.match(last(), { level: 'info', error: 'unauthorized_client', grantType: 'authorization_code' });
  t.notMatch(logged.join(), 'guessed-wrong');
});

t.test('a person is named by a fingerprint, which is the same on both listeners', async (t) => {
  const { admin, last, logged } = givenALog(t);
  await admin('DELETE /oauth2/auth/sessions/login/anna%40example.com');
  const { subject } = last();
  t.match(subject, /^[\w-]{12}$/);
  await admin('GET /oauth2/auth/sessions/consent/anna%40example.com');
  t.equal(last().subject, subject);
  await admin('GET /oauth2/auth/sessions/consent/bob');
  t.not(last().subject, subject);
  t.notMatch(logged.join(), /anna/);
});

t.test('an error that is sent with a redirect is logged too', async (t) => {
  const { admin, public: open, last } = givenALog(t);
  const json = { client_id: 'app', redirect_uris: ['https://app.example/cb'], scope: 'openid' };
  await admin('POST /clients', { json: { ...json, token_endpoint_auth_method: 'none', response_types: ['code'] } });
  const query = 'client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&state=12345678';
  t.equal((await open(`GET /oauth2/auth?${query}&scope=email`)).status, 302);
  t.match(last(), { level: 'info', status: 302, clientId: 'app', error: 'invalid_scope' });
});

t.test('health checks and scrapes are logged at debug only, and nothing is logged below the level', async (t) => {
  const { admin, lines } = givenALog(t);
  await admin('GET /health/alive');
  await admin('GET /metrics/prometheus');
  t.strictSame(lines(), []);
  const logged: string[] = [];
  const stream = { write: (line: string) => void logged.push(line) };
  const quiet = givenAServer(t, { logger: { level: 'warn', stream } });
  await quiet.admin('GET /clients');
  t.strictSame(logged, []);
  t.notOk((await quiet.public('GET /.well-known/jwks.json')).headers['x-request-id'], 'no line, no id');
  const { headers } = await quiet.public('POST /oauth2/token', { form: { grant_type: 'client_credentials' } });
  t.match(JSON.parse(logged.join()), {
    level: 'warn',
    status: 401,
    error: 'invalid_client',
    requestId: headers['x-request-id'],
  });
});

const from = (forwarded: string, headers: Record<string, string> = {}) => ({
  headers: { 'x-forwarded-for': forwarded, ...headers },
});

t.test('without trusted proxies, forwarding headers and request ids are ignored', async (t) => {
  const { public: open, last } = givenALog(t);
  const reply = await open('GET /', from('192.0.2.1', { 'x-request-id': 'chosen-by-a-stranger' }));
  t.match(last(), { address: '127.0.0.1', requestId: reply.headers['x-request-id'] });
  t.not(reply.headers['x-request-id'], 'chosen-by-a-stranger');
});

t.test('a trusted proxy tells address, scheme and request id; what comes before it is not believed', async (t) => {
  const { public: open, last } = givenALog(t, { trustedProxies: ['loopback', '10.0.0.0/8'] });
  const addressFor = async (forwarded: string) => {
    await open('GET /', from(forwarded));
    return last().address;
  };
  t.equal(await addressFor('192.0.2.1'), '192.0.2.1');
  t.equal(await addressFor('203.0.113.9, 192.0.2.1'), '192.0.2.1', 'the sender wrote the first one');
  t.equal(await addressFor('192.0.2.1, 10.1.2.3'), '192.0.2.1', 'a chain of proxies');
  t.equal(await addressFor('2001:db8::1'), '2001:db8::1');
  t.equal(await addressFor('[2001:db8::1]:50000'), '2001:db8::1');
  t.equal(await addressFor('192.0.2.1:50000'), '192.0.2.1');
  t.equal(await addressFor('unknown'), '127.0.0.1');
  t.equal(await addressFor(''), '127.0.0.1');

  await open('GET /', from('192.0.2.1', { 'x-forwarded-proto': 'https' }));
  t.equal(last().scheme, 'https');
  await open('GET /', from('192.0.2.1', { 'x-forwarded-proto': 'gopher' }));
  t.equal(last().scheme, 'http');

  const id = '4bf92f3577b34da6-a3ce929d0e0e4736';
  const taken = await open('GET /', from('192.0.2.1', { 'x-request-id': id }));
  t.strictSame([taken.headers['x-request-id'], last().requestId], [id, id]);
  for (const bad of ['', 'a b', 'a"b', 'ä', 'x'.repeat(129)]) {
    const reply = await open('GET /', from('192.0.2.1', { 'x-request-id': bad }));
    t.match(reply.headers['x-request-id'], /^[\da-f]{10}-\d+$/, bad.slice(0, 10));
  }
});

t.test('forwarding headers from a peer that is not a trusted proxy are ignored', async (t) => {
  const { public: open, last } = givenALog(t, { trustedProxies: ['10.0.0.0/8'] });
  await open('GET /', from('192.0.2.1', { 'x-forwarded-proto': 'https', 'x-request-id': 'forged' }));
  t.match(last(), { address: '127.0.0.1', scheme: 'http', requestId: /^[\da-f]{10}-\d+$/ });
});

t.test('every reply has its request id, and so have our page and the page of the operator', async (t) => {
  const { public: open } = givenALog(t);
  const page = await open('GET /oauth2/auth?client_id=nobody', { headers: { accept: 'text/html' } });
  t.match(page.text, String(page.headers['x-request-id']));
  const own = givenALog(t, { errorUrl: 'https://ui.example/error?x=1' });
  const sent = await own.public('GET /oauth2/auth?client_id=nobody');
  t.equal(sent.status, 302);
  const target = new URL(String(sent.headers.location));
  t.equal(target.searchParams.get('request_id'), sent.headers['x-request-id']);
  t.equal(own.last().requestId, sent.headers['x-request-id']);
});
