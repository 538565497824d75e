// Valid requests for every endpoint, in the middle of whatever they belong to: open challenges, unused codes, live tokens.
import { type FuzzRequest, form, json, type Pairs, request, targetOf } from './request.ts';
import type { FuzzServer } from './server.ts';

const redirectUri = 'https://shop.example/cb';
const secret = 'a-secret-of-the-shop-that-is-long-enough';
const authorization = `Basic ${btoa(`shop:${secret}`)}`;

const shop = {
  client_id: 'shop',
  client_secret: secret,
  client_name: 'Shop',
  redirect_uris: [redirectUri, 'http://127.0.0.1:5555/cb?a=b'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
  response_types: ['code', 'token', 'id_token', 'code id_token', 'code token id_token', 'none'],
  scope: 'openid offline photos.*',
  audience: ['https://api.example/photos', 'reports'],
  contacts: ['ops@shop.example'],
  jwks: { keys: [{ kty: 'oct', kid: 'k', k: 'AQAB' }] },
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  request_object_signing_alg: 'none',
};

const signer = { ...shop, client_id: 'signer', token_endpoint_auth_method: 'private_key_jwt', jwks: undefined };

const authorizeQuery: Pairs = [
  ['client_id', 'shop'],
  ['response_type', 'code'],
  ['redirect_uri', redirectUri],
  ['scope', 'openid offline photos.read'],
  ['state', 'a-state'],
  ['nonce', 'a-nonce'],
  ['audience', 'reports'],
  ['resource', 'https://api.example/photos'],
  ['code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  ['code_challenge_method', 'S256'],
  ['max_age', '3600'],
  ['ui_locales', 'de en'],
  ['acr_values', '1 2'],
];

/** The client may leave it unsigned. */
const requestObject = [{ alg: 'none' }, { client_id: 'shop', state: 'of the object', max_age: 60, claims: {} }, '']
  .map((part) => (part === '' ? '' : Buffer.from(JSON.stringify(part)).toString('base64url')))
  .join('.');

const begin = request('public', 'GET /oauth2/auth', { query: authorizeQuery });

interface Visit {
  readonly url: string;
  readonly cookie: string;
}

/** Follows one flow as far as it is told to. */
class Flow {
  readonly #server: FuzzServer;
  #cookies: readonly string[] = [];

  constructor(server: FuzzServer) {
    this.#server = server;
  }

  get cookie(): string {
    return this.#cookies.join('; ');
  }

  async #go(url: string): Promise<string> {
    const reply = await this.#server.send('public', 'GET', url, { cookie: this.cookie });
    this.#cookies = [
      ...this.#cookies,
      ...[reply.headers['set-cookie'] ?? []].flat().map((line) => String(line).split(';')[0] ?? ''),
    ];
    return String(reply.headers.location ?? '');
  }

  async loginChallenge(): Promise<string> {
    return parameterOf(await this.#go(targetOf(begin)), 'login_challenge');
  }

  async accepted(step: 'login' | 'consent', challenge: string, body: object): Promise<Visit> {
    const path = `/oauth2/auth/requests/${step}/${challenge}/accept`;
    const reply = await this.#server.send('admin', 'PUT', path, {}, JSON.stringify(body));
    const { pathname, search } = new URL(JSON.parse(reply.body).redirect_to);
    return { url: `${pathname}${search}`, cookie: this.cookie };
  }

  async consentChallenge(): Promise<string> {
    const back = await this.accepted('login', await this.loginChallenge(), { subject: 'anna', remember: true });
    return parameterOf(await this.#go(back.url), 'consent_challenge');
  }

  async consented(): Promise<Visit> {
    return this.accepted('consent', await this.consentChallenge(), { ...consent, remember: true });
  }

  async code(): Promise<string> {
    return parameterOf(await this.#go((await this.consented()).url), 'code');
  }
}

const consent = {
  grant_scope: ['openid', 'offline'],
  grant_access_token_audience: ['reports'],
  session: { access_token: { a: 1 }, id_token: { name: 'Anna' } },
  remember: false,
  remember_for: 60,
};

const parameterOf = (url: string, name: string): string => new URL(url, 'http://any').searchParams.get(name) ?? '';

const asRequest = ({ url, cookie }: Visit): FuzzRequest => {
  const [path = '', query = ''] = url.split('?');
  return request('public', `GET ${path}`, { query: [...new URLSearchParams(query)], headers: { cookie } });
};

const redemption = (code: string) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: redirectUri,
  code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  resource: 'https://api.example/photos',
});

const flowSeeds = async (server: FuzzServer): Promise<readonly FuzzRequest[]> => {
  const flow = () => new Flow(server);
  const [login, back, asked, last] = [
    await flow().loginChallenge(),
    flow(),
    await flow().consentChallenge(),
    await flow().consented(),
  ];
  const returning = await back.accepted('login', await back.loginChallenge(), { subject: 'anna' });
  const rejection = {
    error: 'access_denied',
    error_description: 'No.',
    error_hint: 'h',
    error_debug: 'd',
    status_code: 403,
  };
  const loginPath = `/oauth2/auth/requests/login/${login}`;
  const consentPath = `/oauth2/auth/requests/consent/${asked}`;
  return [
    begin,
    { ...begin, method: 'POST', query: [], body: { kind: 'form', pairs: authorizeQuery } },
    request('admin', `GET ${loginPath}`),
    request('admin', `PUT ${loginPath}/accept`, {
      body: json({ subject: 'anna', remember: true, remember_for: 3600, acr: '1', force_subject_identifier: 'x' }),
    }),
    request('admin', `PUT ${loginPath}/reject`, { body: json(rejection) }),
    request('admin', `GET ${consentPath}`),
    request('admin', `PUT ${consentPath}/accept`, { body: json(consent) }),
    request('admin', `PUT ${consentPath}/reject`, { body: json(rejection) }),
    asRequest(returning),
    asRequest(last),
    request('public', 'GET /oauth2/auth/sessions/login/revoke', { headers: { cookie: back.cookie } }),
  ];
};

const tokenSeeds = async (server: FuzzServer): Promise<readonly FuzzRequest[]> => {
  const headers = { authorization };
  const bought = await server.send(
    'public',
    'POST',
    '/oauth2/token',
    { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    String(new URLSearchParams({ ...redemption(await new Flow(server).code()), resource: '' })),
  );
  const {
    access_token: access,
    refresh_token: refresh,
    id_token: idToken,
  } = JSON.parse(bought.body) as Record<string, string>;
  const assertion = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: idToken ?? '',
  };
  const post = (path: string, fields: Readonly<Record<string, string>>) =>
    request('public', `POST ${path}`, { headers, body: form(fields) });
  return [
    post('/oauth2/token', redemption(await new Flow(server).code())),
    post('/oauth2/token', {
      grant_type: 'refresh_token',
      refresh_token: refresh ?? '',
      scope: 'openid',
      audience: 'reports',
    }),
    post('/oauth2/token', {
      grant_type: 'client_credentials',
      scope: 'photos.read',
      resource: 'https://api.example/photos',
    }),
    request('public', 'POST /oauth2/token', { body: form({ grant_type: 'client_credentials', ...assertion }) }),
    post('/oauth2/revoke', { token: access ?? '', token_type_hint: 'access_token' }),
    post('/oauth2/introspect', { token: access ?? '', scope: 'openid' }),
    request('admin', 'POST /oauth2/introspect', { body: form({ token: refresh ?? '', scope: 'openid' }) }),
    request('public', 'GET /userinfo', { headers: { authorization: `Bearer ${access}` } }),
    request('public', 'POST /userinfo', { body: form({ access_token: access ?? '' }) }),
    {
      ...begin,
      query: [...authorizeQuery, ['prompt', 'none'], ['id_token_hint', idToken ?? ''], ['login_hint', 'anna']],
    },
    { ...begin, query: [...authorizeQuery, ['request', requestObject], ['claims', '{"id_token":{"email":null}}']] },
  ];
};

const registrationSeeds = async (server: FuzzServer): Promise<readonly FuzzRequest[]> => {
  const metadata = {
    redirect_uris: ['https://app.example/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid',
    client_name: 'App',
    'client_name#de': 'Anwendung',
    request_uris: ['https://app.example/request.jwt'],
    id_token_signed_response_alg: 'ES256',
    default_max_age: 3600,
  };
  const headers = { 'content-type': 'application/json' };
  const reply = await server.send('public', 'POST', '/oauth2/register', headers, JSON.stringify(metadata));
  const { client_id: id, registration_access_token: token } = JSON.parse(reply.body) as Record<string, string>;
  const own = { headers: { authorization: `Bearer ${token}` } };
  return [
    request('public', 'POST /oauth2/register', { body: json(metadata) }),
    request('public', `GET /oauth2/register/${id}`, own),
    request('public', `PUT /oauth2/register/${id}`, { ...own, body: json({ ...metadata, client_id: id }) }),
    request('public', `DELETE /oauth2/register/${id}`, own),
  ];
};

const adminSeeds: readonly FuzzRequest[] = [
  request('admin', 'POST /clients', { body: json({ ...shop, client_id: 'another' }) }),
  request('admin', 'POST /clients', {
    body: json({
      redirect_uris: ['https://a.example/cb'],
      sector_identifier_uri: 'https://a.example/s',
      subject_type: 'pairwise',
    }),
  }),
  request('admin', 'GET /clients', {
    query: [
      ['limit', '10'],
      ['offset', '0'],
    ],
  }),
  request('admin', 'GET /clients/shop'),
  request('admin', 'PUT /clients/another', { body: json({ ...signer, jwks_uri: 'https://shop.example/jwks.json' }) }),
  request('admin', 'DELETE /clients/another'),
  request('admin', 'GET /oauth2/auth/sessions/consent/anna', { query: [['limit', '10']] }),
  request('admin', 'DELETE /oauth2/auth/sessions/consent/bert'),
  request('admin', 'DELETE /oauth2/auth/sessions/consent/bert/shop'),
  request('admin', 'DELETE /oauth2/auth/sessions/login/bert'),
  request('admin', 'POST /oauth2/flush', { body: json({ notAfter: '2017-07-14T02:40:00Z' }) }),
  request('admin', 'POST /keys/set', { body: json({ alg: 'HS256', kid: 'k', use: 'sig' }) }),
  request('admin', 'PUT /keys/set', { body: json({ keys: [{ kty: 'oct', kid: 'a', k: 'AQAB' }] }) }),
  request('admin', 'PUT /keys/set/a', { body: json({ kty: 'EC', kid: 'a', crv: 'P-256', x: 'AQAB', y: 'AQAB' }) }),
  request('admin', 'GET /keys/set'),
  request('admin', 'GET /keys/set/a'),
  request('admin', 'DELETE /keys/set/a'),
  request('admin', 'DELETE /keys/set'),
  ...['/health/alive', '/health/ready', '/health/status', '/version', '/metrics/prometheus'].map((path) =>
    request('admin', `GET ${path}`),
  ),
  ...['openid-configuration', 'oauth-authorization-server', 'jwks.json'].map((name) =>
    request('public', `GET /.well-known/${name}`),
  ),
  ...['consent', 'error', 'logout'].map((name) =>
    request('public', `GET /oauth2/fallbacks/${name}`, { query: [['error', 'x']] }),
  ),
];

export interface Seeds {
  readonly requests: readonly FuzzRequest[];
  /** Names and values of all of them. */
  readonly treasure: readonly string[];
}

export const plantSeeds = async (server: FuzzServer): Promise<Seeds> => {
  await server.send('admin', 'POST', '/clients', {}, JSON.stringify(shop));
  await server.send(
    'admin',
    'POST',
    '/clients',
    {},
    JSON.stringify({ ...signer, jwks_uri: 'https://shop.example/jwks.json' }),
  );
  const requests = [
    ...(await flowSeeds(server)),
    ...(await tokenSeeds(server)),
    ...(await registrationSeeds(server)),
    ...adminSeeds,
  ];
  const pairs = requests.flatMap(({ query, body }) => [...query, ...(body.kind === 'form' ? body.pairs : [])]);
  return {
    requests,
    treasure: [...new Set([...pairs.flat(), ...Object.keys(shop), ...Object.keys(consent), ...Object.keys(signer)])],
  };
};
