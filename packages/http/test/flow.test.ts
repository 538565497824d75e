// Login, consent, sessions and flush of the 2018 API, in one authorization code flow.
import { Browser, overHttp } from '@claviger/core/testing';
import t from 'tap';
import {
  type Answer,
  adminError,
  duplicateBody,
  type GivenServer,
  givenAServer,
  notFoundBody,
} from './support/given-a-server.ts';

const client = {
  client_id: 'shop',
  client_secret: 'a-secret-of-shop',
  redirect_uris: ['https://shop.example/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid offline photos.read',
};

/** The client as it is embedded in login and consent requests. */
const shown = {
  client_id: 'shop',
  client_name: '',
  redirect_uris: ['https://shop.example/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid offline photos.read',
  owner: '',
  policy_uri: '',
  tos_uri: '',
  client_uri: '',
  logo_uri: '',
  contacts: [],
  client_secret_expires_at: 0,
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
};

const query =
  'client_id=shop&response_type=code&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&scope=openid+photos.read&state=state-123';

const parameter = (reply: Answer, name: string): string =>
  new URL(String(reply.headers.location)).searchParams.get(name) ?? '';

const givenABrowser = (server: GivenServer) => {
  const browser = new Browser(overHttp(server).authorize);
  return (url: string): Promise<Answer> => browser.visit(url);
};

const login = (challenge: string, rest = '') => `/oauth2/auth/requests/login/${challenge}${rest}`;
const consent = (challenge: string, rest = '') => `/oauth2/auth/requests/consent/${challenge}${rest}`;
const redirectTo = (reply: Answer): string => String((reply.json as { redirect_to: string }).redirect_to);

const givenALogin = async (server: GivenServer, extra = '') => {
  await server.admin('POST /clients', { json: client });
  const visit = givenABrowser(server);
  const away = await visit(`/oauth2/auth?${query}${extra}`);
  return { visit, challenge: parameter(away, 'login_challenge') };
};

const givenAConsent = async (server: GivenServer) => {
  const { visit, challenge } = await givenALogin(server);
  const accepted = await server.admin(`PUT ${login(challenge, '/accept')}`, {
    json: { subject: 'anna', remember: true },
  });
  const away = await visit(redirectTo(accepted));
  return { visit, challenge: parameter(away, 'consent_challenge') };
};

t.test('the login app can read the request repeatedly', async (t) => {
  const server = givenAServer(t);
  const extra = '&acr_values=1+2&ui_locales=de&display=page&login_hint=anna';
  const { challenge } = await givenALogin(server, extra);
  for (const _ of [1, 2]) {
    const reply = await server.admin(`GET ${login(challenge)}`);
    t.equal(reply.status, 200);
    t.strictSame(reply.json, {
      challenge,
      requested_scope: ['openid', 'photos.read'],
      skip: false,
      subject: '',
      oidc_context: { acr_values: ['1', '2'], ui_locales: ['de'], display: 'page', login_hint: 'anna' },
      client: shown,
      request_url: `http://127.0.0.1:4444/oauth2/auth?${query}${extra}`,
    });
  }
});

t.test('accepted login and consent end at the client, and the consent is listed', async (t) => {
  const server = givenAServer(t);
  const { visit, challenge } = await givenAConsent(server);
  const request = {
    challenge,
    requested_scope: ['openid', 'photos.read'],
    skip: false,
    subject: 'anna',
    oidc_context: {},
    client: shown,
    request_url: `http://127.0.0.1:4444/oauth2/auth?${query}`,
  };
  t.strictSame((await server.admin(`GET ${consent(challenge)}`)).json, request);

  const session = { access_token: { a: 1 }, id_token: { b: [null] } };
  const accepted = await server.admin(`PUT ${consent(challenge, '/accept')}`, {
    json: { grant_scope: ['photos.read'], remember: true, remember_for: 3600, session },
  });
  t.equal(accepted.status, 200);
  t.strictSame(Object.keys(accepted.json as object), ['redirect_to']);
  const end = await visit(redirectTo(accepted));
  t.equal(end.status, 302);
  t.match(end.headers.location, /^https:\/\/shop\.example\/cb\?/);
  t.ok(parameter(end, 'code'));

  const listed = await server.admin('GET /oauth2/auth/sessions/consent/anna');
  t.equal(listed.status, 200);
  t.strictSame(listed.json, [
    { grant_scope: ['photos.read'], session, remember: true, remember_for: 3600, consent_request: request },
  ]);
  t.strictSame((await server.admin('GET /oauth2/auth/sessions/consent/anna?limit=0')).json, []);
  t.strictSame((await server.admin('GET /oauth2/auth/sessions/consent/nobody%2F%40')).json, []);
});

t.test('a rejected login or consent ends at the client with the error of the app', async (t) => {
  const server = givenAServer(t);
  const { visit, challenge } = await givenALogin(server);
  const rejection = {
    error: 'access_denied',
    error_description: 'no',
    error_hint: '',
    error_debug: '',
    status_code: 403,
  };
  const rejected = await server.admin(`PUT ${login(challenge, '/reject')}`, { json: rejection });
  t.equal(rejected.status, 200);
  const end = await visit(redirectTo(rejected));
  t.equal(parameter(end, 'error'), 'access_denied');
  t.equal(parameter(end, 'error_description'), 'no');

  const other = givenAServer(t);
  const asked = await givenAConsent(other);
  const refused = await other.admin(`PUT ${consent(asked.challenge, '/reject')}`, { json: {} });
  t.equal(parameter(await asked.visit(redirectTo(refused)), 'error'), 'invalid_request');
});

t.test('a challenge is answered once: a different answer is a 409, the same answer gets the same reply', async (t) => {
  const server = givenAServer(t);
  const { challenge } = await givenALogin(server);
  const accept = () => server.admin(`PUT ${login(challenge, '/accept')}`, { json: { subject: 'anna' } });
  const first = await accept();
  t.strictSame((await accept()).json, first.json);
  for (const [answer, json] of [
    ['/accept', { subject: 'ben' }],
    ['/reject', {}],
  ] as const) {
    const again = await server.admin(`PUT ${login(challenge, answer)}`, { json });
    t.equal(again.status, 409);
    t.strictSame(again.json, duplicateBody);
  }
});

t.test('an unknown challenge is a 404', async (t) => {
  const { admin } = givenAServer(t);
  for (const challenge of ['x', 'a%2Fb', '%C3%BC', 'x'.repeat(2048)]) {
    for (const path of [login(challenge), consent(challenge)]) {
      for (const [request, json] of [
        [`GET ${path}`, undefined],
        [`PUT ${path}/accept`, path.includes('login') ? { subject: 'x' } : { grant_scope: [] }],
        [`PUT ${path}/reject`, { error: 'x' }],
      ] as const) {
        const reply = await admin(request, json ? { json } : {});
        t.equal(reply.status, 404, request.slice(0, 60));
        t.strictSame(reply.json, notFoundBody);
      }
    }
  }
});

t.test(
  'answers are parsed strictly: unknown members, wrong types and invalid JSON are refused before anything is stored',
  async (t) => {
    const server = givenAServer(t);
    const { challenge } = await givenALogin(server);
    const refused: readonly [string, string, string][] = [
      [login(challenge, '/accept'), '{', 'The body is not JSON (RFC 8259).'],
      [login(challenge, '/accept'), '', 'The body is empty. It must be JSON.'],
      [login(challenge, '/accept'), '{"subject":"anna","nonsense":1}', 'The member "nonsense" is unknown.'],
      [login(challenge, '/accept'), '{"SUBJECT":"anna"}', 'The member "SUBJECT" is unknown.'],
      [login(challenge, '/accept'), '{"subject":12}', 'The member "subject" must be string.'],
      [login(challenge, '/accept'), '{"subject":"anna","remember":"yes"}', 'The member "remember" must be boolean.'],
      [login(challenge, '/accept'), '{"remember_for":1.5}', 'The member "remember_for" must be integer.'],
      [login(challenge, '/accept'), '{"remember_for":1e300}', 'The member "remember_for" must be <= 9999999999.'],
      [login(challenge, '/accept'), '{"subject":""}', 'The member "subject" must not be empty.'],
      [login(challenge, '/accept'), '[]', 'The body must be object.'],
      [login(challenge, '/reject'), '{"nonsense":1}', 'The member "nonsense" is unknown.'],
      [login(challenge, '/reject'), '{"error":null,"status_code":"403"}', 'The member "status_code" must be integer.'],
      [consent('x', '/accept'), '{"grant_scope":"openid"}', 'The member "grant_scope" must be array.'],
      [consent('x', '/accept'), '{"session":{"nonsense":{}}}', 'The member "session.nonsense" is unknown.'],
      [consent('x', '/accept'), '{"session":{"id_token":[]}}', 'The member "session.id_token" must be object.'],
      [consent('x', '/reject'), '"x"', 'The body must be object.'],
    ];
    for (const [path, raw, hint] of refused) {
      const reply = await server.admin(`PUT ${path}`, { raw });
      t.equal(reply.status, 400, raw);
      t.strictSame(reply.json, adminError(400, 'invalid_request', hint));
    }
    t.equal((await server.admin(`PUT ${login(challenge, '/accept')}`, { json: { subject: 'anna' } })).status, 200);
  },
);

t.test('members that an answer leaves out or sets to null have the defaults of 2018', async (t) => {
  const server = givenAServer(t);
  const { visit, challenge } = await givenAConsent(server);
  const json = { grant_scope: null, session: null, remember: null, remember_for: null };
  const accepted = await server.admin(`PUT ${consent(challenge, '/accept')}`, { json });
  t.equal(accepted.status, 200);
  t.ok(parameter(await visit(redirectTo(accepted)), 'code'));
  t.strictSame((await server.admin('GET /oauth2/auth/sessions/consent/anna')).json, [], 'not remembered');
});

t.test('consents and logins are revoked, and revoking them again is a 404', async (t) => {
  const server = givenAServer(t);
  const { visit, challenge } = await givenAConsent(server);
  const accepted = await server.admin(`PUT ${consent(challenge, '/accept')}`, { json: { remember: true } });
  await visit(redirectTo(accepted));
  const deletions = [
    ['/oauth2/auth/sessions/consent/anna/other', 404],
    ['/oauth2/auth/sessions/consent/anna/shop', 204],
    ['/oauth2/auth/sessions/consent/anna/shop', 404],
    ['/oauth2/auth/sessions/consent/anna', 404],
    ['/oauth2/auth/sessions/login/anna', 204],
    ['/oauth2/auth/sessions/login/anna', 404],
    ['/oauth2/auth/sessions/login/revoke', 404],
  ] as const;
  for (const [path, status] of deletions) {
    const reply = await server.admin(`DELETE ${path}`);
    t.equal(reply.status, status, path);
    if (status === 404) t.strictSame(reply.json, notFoundBody);
    else t.equal(reply.text, '');
  }
});

t.test('flush takes an optional RFC 3339 time', async (t) => {
  const { admin } = givenAServer(t);
  const accepted = [
    '{}',
    'null',
    '{"notAfter":null}',
    '{"notAfter":"2018-08-06T18:49:23+02:00"}',
    '{"notAfter":"2101-01-01T00:00:00.5Z"}',
    '{"notAfter":"0001-01-01T00:00:00Z"}',
    '{"not_after":"x"}',
  ];
  for (const raw of accepted) {
    const reply = await admin('POST /oauth2/flush', { raw });
    t.equal(reply.status, 204, raw);
    t.equal(reply.text, '');
  }
  const hint = 'The member "notAfter" must be an RFC 3339 date-time.';
  const refused = [
    ['', 'The body is empty. It must be JSON.'],
    ['{', 'The body is not JSON (RFC 8259).'],
    ['notAfter=2018-01-01T00%3A00%3A00Z', 'The body is not JSON (RFC 8259).'],
    ['{"notAfter":12}', 'The member "notAfter" must be string.'],
    ['{"notAfter":"yesterday"}', hint],
    ['{"notAfter":""}', hint],
    ['{"notAfter":"2018-01-01"}', hint],
    ['{"notAfter":"2018-13-01T00:00:00Z"}', hint],
    ['{"notAfter":"2018-01-01T24:00:00Z"}', hint],
  ] as const;
  for (const [raw, hint] of refused) {
    const reply = await admin('POST /oauth2/flush', { raw });
    t.equal(reply.status, 400, raw);
    t.strictSame(reply.json, adminError(400, 'invalid_request', hint));
  }
});
