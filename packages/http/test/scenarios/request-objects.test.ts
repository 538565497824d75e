// Request objects and the claims parameter over HTTP, and what the apps see of them.
import { connect } from 'node:net';
import t from 'tap';
import { clientJwt, makeClientKey } from '../support/client-jwt.ts';
import { givenAServer } from '../support/given-a-server.ts';
import { claimsOf, givenAClient, Person } from '../support/journey.ts';

t.test('a signed request object determines the tokens', async (t) => {
  const server = givenAServer(t);
  const key = makeClientKey('ro');
  const client = await givenAClient(server, 'shop', { jwks: { keys: [key.jwk] }, request_object_signing_alg: 'RS256' });
  const request = clientJwt(
    { scope: 'openid photos.read', state: 'object', nonce: 'from the object', max_age: 60 },
    key,
  );
  const steps = { params: { scope: 'openid', request } };
  const alice = new Person(server);
  const end = await alice.authorize(client, steps);
  t.match(end, { at: 'client', told: { state: 'object' }, login: { requested_scope: ['openid', 'photos.read'] } });
  t.match(end.login?.request_url, `request=${request}`, 'the request as it was sent');
  t.equal(claimsOf((await alice.tokens(client, steps)).id_token).nonce, 'from the object');
});

t.test('an unsigned object is accepted only from a client that registered alg none', async (t) => {
  const server = givenAServer(t);
  const key = makeClientKey('ro');
  const unsigned = clientJwt({ state: 'object' }, null);
  const registered = await givenAClient(server, 'none', { request_object_signing_alg: 'none' });
  const other = await givenAClient(server, 'other', { jwks: { keys: [key.jwk] } });
  const go = async (client: typeof other, request: string) => {
    const { at, told } = await new Person(server).authorize(client, { params: { request }, login: 'hold' });
    return [at, told.error];
  };
  t.strictSame(await go(registered, unsigned), ['login', undefined]);
  t.strictSame(await go(registered, clientJwt({}, key)), ['client', 'invalid_request_object']);
  t.strictSame(await go(other, unsigned), ['client', 'invalid_request_object']);
  t.strictSame(await go(other, clientJwt({}, key)), ['login', undefined]);
});

t.test('metadata for request objects is returned if it is set and left out otherwise', async (t) => {
  const { admin } = givenAServer(t);
  const registered = {
    request_uris: ['https://shop.example/request.jwt'],
    request_object_signing_alg: 'ES256',
    default_max_age: 0,
    require_auth_time: true,
    default_acr_values: ['gold'],
  };
  t.match((await admin('POST /clients', { json: { client_id: 'a', ...registered } })).json, registered);
  t.match((await admin('GET /clients/a')).json, registered);
  const bare = (await admin('POST /clients', { json: { client_id: 'b', default_max_age: null } })).json as object;
  for (const name of Object.keys(registered)) t.notOk(name in bare, name);
  for (const wrong of [{ default_max_age: -1 }, { default_max_age: '60' }, { request_object_signing_alg: 'RS1' }]) {
    t.equal((await admin('POST /clients', { json: wrong })).status, 400, JSON.stringify(wrong));
  }
});

t.test('the apps see the requested claims', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server, 'shop', { default_acr_values: ['silver'] });
  const claims = { userinfo: { email: { essential: true } }, id_token: { acr: { values: ['gold'] } } };
  const params = { claims: JSON.stringify(claims), claims_locales: 'de en' };
  const shown = { acr_values: ['gold'], claims, claims_locales: ['de', 'en'] };
  const end = await new Person(server).authorize(client, { params, consent: { accept: { remember: true } } });
  t.strictSame(end.login?.oidc_context, shown);
  t.strictSame(end.consent?.oidc_context, shown);
  const listed = (await server.admin('GET /oauth2/auth/sessions/consent/alice')).json;
  t.match(listed, [{ consent_request: { oidc_context: shown } }], 'also later');
  const plain = await new Person(server).authorize(client);
  t.strictSame(plain.login?.oidc_context, { acr_values: ['silver'] });
});

t.test('a request of nearly 16 KiB with cookies works over a socket', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const { port } = new URL(await server.apps.public.listen({ host: '127.0.0.1', port: 0 }));
  const hold = { login: 'hold', params: { theme: 'x'.repeat(15_900) } } as const;
  const alice = new Person(server);
  const { login } = await alice.authorize(client, hold);
  const path = `/oauth2/auth/requests/login/${login?.challenge}/accept`;
  const accepted = (await server.admin(`PUT ${path}`, { json: { subject: 'alice' } })).json as { redirect_to: string };
  const { pathname, search } = new URL(accepted.redirect_to);
  t.ok(search.length > 16_000);
  const cookie = [...alice.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const head = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(
        `GET ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}; other=${'y'.repeat(4000)}\r\nconnection: close\r\n\r\n`,
      ),
    );
    let text = '';
    socket.on('data', (part) => {
      text += part.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
  t.match(head, /^HTTP\/1\.1 302 [\s\S]*consent_challenge=/);
});
