// The audience members of today's Hydra: present if they have a value, otherwise absent as in 2018.
import t from 'tap';
import { type Answer, givenAServer } from './support/given-a-server.ts';

const audience = ['https://api.example/photos', 'reports'];

const client = {
  client_id: 'shop',
  client_secret: 'a-secret-of-shop',
  redirect_uris: ['https://shop.example/cb'],
  grant_types: ['authorization_code', 'client_credentials'],
  scope: 'photos',
  audience,
};

const parameter = (reply: Answer, name: string): string =>
  new URL(String(reply.headers.location)).searchParams.get(name) ?? '';

const redirectTo = (reply: Answer): string => {
  const { pathname, search } = new URL(String((reply.json as { redirect_to: string }).redirect_to));
  return `${pathname}${search}`;
};

const cookies = (...replies: readonly Answer[]): string =>
  replies.map((reply) => /^[^;]*/.exec(String(reply.headers['set-cookie']))?.[0]).join('; ');

t.test('a client shows its registered audience; a client without one does not have the member', async (t) => {
  const { admin } = givenAServer(t);
  t.match((await admin('POST /clients', { json: client })).json, { audience });
  t.match((await admin('GET /clients/shop')).json, { audience });
  const updated = await admin('PUT /clients/shop', { json: { ...client, audience: null } });
  t.notOk(Object.hasOwn(updated.json as object, 'audience'));
  t.notOk(Object.hasOwn((await admin('GET /clients/shop')).json as object, 'audience'));
  const faulty = await admin('PUT /clients/shop', { json: { ...client, audience: ['two words'] } });
  t.match(faulty, { status: 400, json: { error_hint: /^audience: "two words"/ } });
});

t.test(
  'login and consent apps see the requested audience, the consent app grants it, introspection shows it',
  async (t) => {
    const server = givenAServer(t);
    const { admin } = server;
    await admin('POST /clients', { json: client });
    const query = new URLSearchParams({
      client_id: 'shop',
      response_type: 'code',
      scope: 'photos',
      audience: 'reports',
    });
    query.append('resource', 'https://api.example/photos');
    const begun = await server.public(`GET /oauth2/auth?${query}`);
    const login = `/oauth2/auth/requests/login/${parameter(begun, 'login_challenge')}`;
    const requested = { requested_access_token_audience: ['reports', 'https://api.example/photos'] };
    t.match((await admin(`GET ${login}`)).json, requested);
    const accepted = await admin(`PUT ${login}/accept`, { json: { subject: 'anna' } });
    const between = await server.public(`GET ${redirectTo(accepted)}`, { headers: { cookie: cookies(begun) } });
    const consent = `/oauth2/auth/requests/consent/${parameter(between, 'consent_challenge')}`;
    t.match((await admin(`GET ${consent}`)).json, requested);

    const refused = await admin(`PUT ${consent}/accept`, { json: { grant_access_token_audience: ['payroll'] } });
    t.match(refused, { status: 400, json: { error_hint: /"grant_access_token_audience" contains "payroll"/ } });
    const granted = { grant_scope: ['photos'], grant_access_token_audience: ['reports'], remember: true };
    const answered = await admin(`PUT ${consent}/accept`, { json: granted });
    t.equal(answered.status, 200);
    const [listed] = (await admin('GET /oauth2/auth/sessions/consent/anna')).json as readonly unknown[];
    t.match(listed, { grant_access_token_audience: ['reports'], consent_request: requested });

    const sent = [between.headers['set-cookie']].flat().map((line) => String(line).split(';')[0]);
    const end = await server.public(`GET ${redirectTo(answered)}`, { headers: { cookie: sent.join('; ') } });
    const form = {
      grant_type: 'authorization_code',
      code: parameter(end, 'code'),
      client_id: 'shop',
    };
    const authorization = `Basic ${btoa('shop:a-secret-of-shop')}`;
    const bought = await server.public('POST /oauth2/token', { form, headers: { authorization } });
    const { access_token: token } = bought.json as { access_token: string };
    t.match((await admin('POST /oauth2/introspect', { form: { token } })).json, { active: true, aud: ['reports'] });
  },
);
