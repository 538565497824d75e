import { createLocalJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import { authorizeUrl, givenAClient, redeem, refresh, Visit } from './support/given-a-flow.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { get, json, post } from './support/wire.ts';

t.test(
  'the ID token verifies against the published keys and carries the claims of OpenID Connect Core §2',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const visit = new Visit(given);
    const claims = {
      email: 'a@example.com',
      sub: 'mallory',
      iss: 'https://evil.example',
      aud: 'evil',
      exp: 1,
      iat: 1,
      nonce: 'evil',
      auth_time: 1,
      jti: 'evil',
      rat: 1,
      at_hash: 'evil',
    };
    const code = await visit.code(
      authorizeUrl(client),
      { acr: 'urn:gold' },
      { session: { accessToken: {}, idToken: claims } },
    );
    given.wait(5);
    const body = json(await redeem(given, client, code));
    const jwks = json(await get(given.provider.endpoints.jwks, '/')) as unknown as Parameters<
      typeof createLocalJWKSet
    >[0];
    const currentDate = new Date((startOfTime + 5) * 1000);
    const verify = (jwt: unknown) =>
      jwtVerify(String(jwt), createLocalJWKSet(jwks), {
        issuer: 'http://127.0.0.1:4444/',
        audience: 'shop',
        currentDate,
      });
    const { payload, protectedHeader } = await verify(body.id_token);
    t.match(protectedHeader, { alg: 'RS256', typ: 'JWT', kid: /^public:/ });
    t.match(payload, { sub: 'alice', nonce: 'nonce-1', email: 'a@example.com', acr: 'urn:gold' });
    t.strictSame(
      [payload.iat, payload.exp, payload.auth_time, payload.rat],
      [startOfTime + 5, startOfTime + 3605, startOfTime, startOfTime],
    );
    t.not(payload.jti, 'evil');
    t.notOk('at_hash' in payload);
    const refreshed = await verify(json(await refresh(given, client, String(body.refresh_token))).id_token);
    t.notOk('nonce' in refreshed.payload, 'OpenID Connect Core §12.2');
    t.equal(refreshed.payload.auth_time, startOfTime);
    t.not(refreshed.payload.jti, payload.jti);
    const keys = (jwks as { keys: Record<string, unknown>[] }).keys;
    t.ok(
      keys.every((key) => !('d' in key)),
      'no private member is published',
    );
  },
);

t.test('userinfo answers for a live access token of a person, as JSON or signed', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const signing = await givenAClient(given, 'signing', { userinfoSignedResponseAlg: 'RS256' });
  const { userinfo, token, jwks } = given.provider.endpoints;
  const session = { accessToken: {}, idToken: { email: 'a@example.com', sub: 'mallory', iss: 'evil', exp: 1 } };
  const login = async (who: typeof client) =>
    json(await redeem(given, who, await new Visit(given).code(authorizeUrl(who), {}, { session })));
  const tokens = await login(client);
  const bearer = (value: unknown) => ({ authorization: `Bearer ${String(value)}` });
  t.strictSame(json(await get(userinfo, '/userinfo', bearer(tokens.access_token))), {
    email: 'a@example.com',
    sub: 'alice',
  });
  t.equal((await post(userinfo, { access_token: String(tokens.access_token) })).status, 200, 'RFC 6750 §2.2');
  t.equal(
    (await get(userinfo, `/userinfo?access_token=${String(tokens.access_token)}`)).status,
    401,
    'RFC 9700 §4.3.2: never in the URL',
  );
  const twice = await post(userinfo, { access_token: 'x' }, bearer(tokens.access_token));
  t.strictSame([twice.status, json(twice).error], [400, 'invalid_request'], 'RFC 6750 §2');
  const own = json(await post(token, { grant_type: 'client_credentials' }, client.auth));
  for (const bad of ['', 'garbage', tokens.refresh_token, tokens.id_token, own.access_token]) {
    const reply = await get(userinfo, '/userinfo', bearer(bad));
    t.equal(reply.status, 401);
    t.equal(json(reply).error, 'request_unauthorized');
    t.match(reply.headers['www-authenticate'], bad === '' ? /^Bearer realm="claviger"$/ : /error="invalid_token"/);
  }
  const signed = await get(userinfo, '/userinfo', bearer((await login(signing)).access_token));
  t.equal(signed.headers['content-type'], 'application/jwt');
  const keys = createLocalJWKSet(JSON.parse((await get(jwks, '/')).body));
  const { payload } = await jwtVerify(signed.body, keys, { currentDate: new Date(startOfTime * 1000) });
  t.strictSame(payload, { email: 'a@example.com', sub: 'alice', iss: 'http://127.0.0.1:4444/', aud: ['signing'] });
});
