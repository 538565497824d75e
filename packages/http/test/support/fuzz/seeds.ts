// Valid requests for every endpoint, in the state that they need: open challenges, unused codes, live tokens.
import { adminSeeds } from './admin-seeds.ts';
import { authorization, authorizeQuery, begin, consent, redirectUri, requestObject, shop, signer } from './cast.ts';
import { Flow, type Visit } from './flow.ts';
import { type FuzzRequest, form, json, request } from './request.ts';
import type { FuzzServer } from './server.ts';

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

export interface Seeds {
  readonly requests: readonly FuzzRequest[];
  /** Names and values of all of them. */
  readonly treasure: readonly string[];
}

const register = async (server: FuzzServer, client: object): Promise<void> => {
  const { status, body } = await server.send('admin', 'POST', '/clients', {}, JSON.stringify(client));
  if (status !== 201) throw new Error(`A client was not registered: ${status} ${body}`);
};

export const plantSeeds = async (server: FuzzServer): Promise<Seeds> => {
  await register(server, shop);
  await register(server, { ...signer, jwks_uri: 'https://shop.example/jwks.json' });
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
