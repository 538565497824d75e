// Client authentication over HTTP: secrets, signed assertions, and PKCE for clients without a secret.
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type ClientKey, clientJwt, makeClientKey } from '../support/client-jwt.ts';
import { type GivenServer, givenAServer, startOfTime } from '../support/given-a-server.ts';
import {
  givenAClient,
  introspect,
  isActive,
  Person,
  redeem,
  refresh,
  refusal,
  withoutSecret,
} from '../support/journey.ts';

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const form = { grant_type: 'client_credentials', scope: 'photos.read' };

/** Status and error of a client credentials request. */
const ask = async (server: GivenServer, more: Record<string, string>, headers: Record<string, string> = {}) => {
  const reply = await server.public('POST /oauth2/token', { form: { ...form, ...more }, headers });
  return [reply.status, refusal(reply)];
};

const good = [200, undefined];
const unknown = [401, 'invalid_client'];

t.test('credentials are accepted only in the registered place', async (t) => {
  const server = givenAServer(t);
  const b = await givenAClient(server, 'b', { token_endpoint_auth_method: 'client_secret_basic' });
  const p = await givenAClient(server, 'p', { token_endpoint_auth_method: 'client_secret_post' });
  const k = await givenAClient(server, 'k', {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [makeClientKey('k').jwk] },
  });
  const inBody = ({ id, secret }: typeof b) => ({ client_id: id, client_secret: secret });
  t.strictSame(await ask(server, {}, b.auth), good);
  t.strictSame(await ask(server, { client_id: 'b' }, b.auth), good, 'the same id in the body is allowed');
  t.strictSame(await ask(server, inBody(p)), good);
  const refused: readonly [Record<string, string>, Record<string, string>, readonly unknown[]][] = [
    [inBody(b), {}, unknown],
    [{}, p.auth, unknown],
    [{}, k.auth, unknown],
    [inBody(k), {}, unknown],
    [inBody(b), b.auth, [400, 'invalid_request']],
    [{ client_id: 'p' }, b.auth, [400, 'invalid_request']],
    [{}, {}, unknown],
    [{ client_id: 'b' }, {}, unknown],
    [{ client_id: 'p' }, {}, unknown],
    [{}, basic('b', ''), unknown],
    [{}, basic('b', 'wrong'), unknown],
    [{ client_id: 'p', client_secret: 'wrong' }, {}, unknown],
    [{}, basic('ghost', 'x'), unknown],
    [{ client_id: 'ghost', client_secret: 'x' }, {}, unknown],
    [{}, { authorization: 'Basic %%%' }, unknown],
    [{}, { authorization: 'Bearer garbage' }, unknown],
    [{}, basic('b%zz', b.secret), unknown],
  ];
  for (const [more, headers, expected] of refused) {
    t.strictSame(await ask(server, more, headers), expected, JSON.stringify([more, headers]));
  }
  const query = new URLSearchParams(inBody(p));
  t.equal(
    (await server.public(`POST /oauth2/token?${query}`, { form })).status,
    401,
    'RFC 6749 §2.3.1: never in the URL',
  );
});

t.test('a client without a registered method may send its secret in either place', async (t) => {
  const server = givenAServer(t, { settings: { clientRegistration: 'open' } });
  const method = { token_endpoint_auth_method: 'client_secret_basic' };
  const body = {
    client_id: 'a',
    client_secret: 'a-secret-of-tests',
    grant_types: ['client_credentials'],
    scope: 'photos.read',
  };
  const [inHeader, inBody] = [basic('a', body.client_secret), { client_id: 'a', client_secret: body.client_secret }];
  const both = async () => [await ask(server, {}, inHeader), await ask(server, inBody)];
  const put = (json: object) => server.admin('PUT /clients/a', { json });

  t.match((await server.admin('POST /clients', { json: body })).json, method, 'the answer shows the default method');
  t.strictSame(await both(), [good, good]);
  t.strictSame(await ask(server, { ...inBody, client_secret: 'wrong' }), unknown);
  t.strictSame(await ask(server, { client_id: 'a' }), unknown, 'a secret is required');

  const shown = (await server.admin('GET /clients/a')).json as object;
  t.match(shown, method);
  t.equal((await put(shown)).status, 200);
  t.strictSame(await both(), [good, good], 'sending the default back does not register it');

  await put({ ...body, token_endpoint_auth_method: 'client_secret_post' });
  t.strictSame(await both(), [unknown, good], 'a registered method is enforced');
  await put({ ...body, ...method });
  t.strictSame(await both(), [good, unknown], 'so is the default, if it replaces another method');
  await put((await server.admin('GET /clients/a')).json as object);
  t.strictSame(await both(), [good, unknown], 'sending it back keeps it registered');
  await put(body);
  t.strictSame(await both(), [good, good], 'leaving it out removes it');
  await server.admin('DELETE /clients/a');
  await server.admin('POST /clients', { json: { ...body, ...method } });
  t.strictSame(await both(), [good, unknown], 'registered from the beginning');
});

t.test('a setting makes client_secret_basic the method of clients without one, as in 2018', async (t) => {
  const server = givenAServer(t, { settings: { strictAuthMethod: true } });
  const { auth, id, secret } = await givenAClient(server, 'a');
  t.strictSame(await ask(server, {}, auth), good);
  t.strictSame(await ask(server, { client_id: id, client_secret: secret }), unknown);
});

t.test('a client that registered itself must use the default of RFC 7591 §2', async (t) => {
  const server = givenAServer(t, { settings: { clientRegistration: 'open' } });
  const redirect_uris = ['https://app.example/cb'];
  const { json } = await server.public('POST /oauth2/register', { json: { redirect_uris } });
  const { client_id, client_secret, token_endpoint_auth_method } = json as Record<string, string>;
  t.equal(token_endpoint_auth_method, 'client_secret_basic');
  const code = { grant_type: 'authorization_code', code: 'unknown', redirect_uri: redirect_uris[0] ?? '' };
  const [id, secret] = [String(client_id), String(client_secret)];
  const inBody = { form: { ...code, client_id: id, client_secret: secret } };
  const both = async () => [
    refusal(await server.public('POST /oauth2/token', { form: code, headers: basic(id, secret) })),
    refusal(await server.public('POST /oauth2/token', inBody)),
  ];
  t.strictSame(await both(), ['invalid_grant', 'invalid_client']);
  await server.admin(`PUT /clients/${id}`, { json: { redirect_uris } });
  t.strictSame(
    await both(),
    ['invalid_grant', 'invalid_client'],
    'even after an update by an administrator without the method',
  );
});

t.test('reserved characters are form-encoded in Basic (RFC 6749 §2.3.1) and not encoded twice in a form', async (t) => {
  const server = givenAServer(t);
  const secret = 'a%b+c d:e&f=g/ü';
  await givenAClient(server, 'b:1', { client_secret: secret });
  t.strictSame(await ask(server, {}, basic(encodeURIComponent('b:1'), encodeURIComponent(secret))), good);
  t.strictSame(await ask(server, {}, basic('b:1', secret)), unknown);
  await givenAClient(server, 'p', { client_secret: 'plus+sign', token_endpoint_auth_method: 'client_secret_post' });
  t.strictSame(await ask(server, { client_id: 'p', client_secret: 'plus+sign' }), good);
  t.strictSame(await ask(server, { client_id: 'p', client_secret: 'plus%2Bsign' }), unknown);
});

const tokenUrl = 'http://127.0.0.1:4444/oauth2/token';

const assertion = (key: ClientKey, change: Record<string, unknown> = {}) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: clientJwt(
    { iss: 'svc', sub: 'svc', aud: tokenUrl, jti: randomUUID(), exp: startOfTime + 300, iat: startOfTime, ...change },
    key,
  ),
});

t.test('a client uses assertions for code, refresh and revocation', async (t) => {
  const server = givenAServer(t);
  const key = makeClientKey('k1');
  const svc = await givenAClient(server, 'svc', {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.jwk] },
  });
  const { told } = await new Person(server).authorize(svc);
  const bought = await redeem(server, withoutSecret(svc), told.code ?? '', assertion(key));
  t.equal(bought.status, 200);
  const refreshed = await refresh(
    server,
    withoutSecret(svc),
    String((bought.json as Record<string, string>).refresh_token),
    assertion(key),
  );
  t.equal(refreshed.status, 200);
  const token = String((refreshed.json as Record<string, string>).access_token);
  t.equal(await isActive(server, token), true);
  t.equal((await server.public('POST /oauth2/revoke', { form: { token, ...assertion(key) } })).status, 200);
  t.equal(await isActive(server, token), false);
});

t.test('RFC 7517 §5: keys that the server does not support are ignored', async (t) => {
  const server = givenAServer(t);
  const key = makeClientKey('k1');
  const others = [
    { kty: 'AKP', alg: 'ML-DSA-65', kid: 'k1', pub: 'AAAA' },
    { kty: 'EC', crv: 'P-999', kid: 'k1', x: 'AAAA', y: 'AAAA' },
    { ...key.jwk, alg: 'RS1' },
    { ...key.jwk, use: 'enc' },
  ];
  const jwks = { keys: [...others, key.jwk] };
  const svc = await givenAClient(server, 'svc', { token_endpoint_auth_method: 'private_key_jwt', jwks });
  t.strictSame(await ask(server, assertion(key)), good);
  const { json } = await server.admin(`GET /clients/${svc.id}`);
  t.strictSame((json as { jwks: object }).jwks, jwks, 'the unsupported keys are stored');
});

t.test('an assertion with any fault is invalid_client', async (t) => {
  const server = givenAServer(t);
  const key = makeClientKey('k1');
  await givenAClient(server, 'svc', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] } });
  t.strictSame(await ask(server, assertion(key)), good);
  t.strictSame(await ask(server, { ...assertion(key), client_id: 'svc' }), good);
  t.strictSame(await ask(server, assertion(key, { aud: [tokenUrl, 'http://127.0.0.1:4444/'] })), good);
  const once = assertion(key);
  t.strictSame(await ask(server, once), good);
  t.strictSame(await ask(server, once), unknown, 'RFC 7523 §3: jti');
  for (const change of [
    { jti: undefined },
    { exp: undefined },
    { exp: startOfTime - 300 },
    { nbf: startOfTime + 300 },
    { aud: 'https://x.example' },
    { aud: ['https://x.example', 'http://127.0.0.1:4444/'] },
    { iss: 'x' },
    { sub: 'x' },
    { sub: undefined },
  ]) {
    t.strictSame(await ask(server, assertion(key, change)), unknown, JSON.stringify(change));
  }
  t.strictSame(await ask(server, assertion(makeClientKey('k1'))), unknown, 'another key with the same kid');
  t.strictSame(await ask(server, { ...assertion(key), client_assertion: 'garbage' }), unknown);
});

t.test('the keys at jwks_uri are fetched again for an unknown kid', async (t) => {
  const [first, second] = [makeClientKey('first'), makeClientKey('second')];
  let published = [first.jwk];
  const remoteDocuments = { fetch: async () => JSON.stringify({ keys: published }) };
  const server = givenAServer(t, { system: { remoteDocuments } });
  const jwks_uri = 'https://svc.example/jwks.json';
  await givenAClient(server, 'svc', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
  t.strictSame(await ask(server, assertion(first)), good);
  t.strictSame(await ask(server, assertion(second)), unknown);
  published = [second.jwk];
  server.wait(11);
  t.strictSame(await ask(server, assertion(second)), good);
  t.strictSame(await ask(server, assertion(first)), unknown, 'no longer published');
});

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const s256 = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };

t.test(
  'PKCE is enforced for every client that uses it, with S256 only, and a wrong verifier uses up the code',
  async (t) => {
    const server = givenAServer(t, { settings: { requirePkce: false } });
    const app = withoutSecret(await givenAClient(server, 'app', { token_endpoint_auth_method: 'none' }));
    const shop = await givenAClient(server);
    for (const client of [app, shop]) {
      const buy = async (params: Record<string, string>, change: Record<string, string>) => {
        const { told } = await new Person(server).authorize(client, { params });
        return told.code === undefined
          ? told.error
          : (refusal(await redeem(server, client, told.code, change)) ?? 'tokens');
      };
      t.equal(await buy(s256, { code_verifier: verifier }), 'tokens');
      t.equal(await buy({}, {}), 'tokens');
      for (const wrong of ['', 'x'.repeat(43), 'short', '~'.repeat(50), s256.code_challenge]) {
        t.equal(await buy(s256, wrong === '' ? {} : { code_verifier: wrong }), 'invalid_grant', wrong);
      }
      t.equal(await buy({}, { code_verifier: verifier }), 'invalid_grant', 'a verifier without a challenge');
      for (const code_challenge_method of ['plain', 'S512', '']) {
        t.equal(await buy({ code_challenge: verifier, code_challenge_method }, {}), 'invalid_request');
      }
      const { told } = await new Person(server).authorize(client, { params: s256 });
      t.equal((await redeem(server, client, told.code ?? '', { code_verifier: 'x'.repeat(43) })).status, 400);
      t.equal((await redeem(server, client, told.code ?? '', { code_verifier: verifier })).status, 400, 'one guess');
    }
  },
);

t.test('a public client sends its id and no secret', async (t) => {
  const server = givenAServer(t, { settings: { requirePkce: false } });
  const app = withoutSecret(await givenAClient(server, 'app', { token_endpoint_auth_method: 'none' }));
  const code = async () => (await new Person(server).authorize(app)).told.code ?? '';
  const tokens = (await redeem(server, app, await code())).json as Record<string, string>;
  t.match(await introspect(server, tokens.access_token ?? ''), { active: true, client_id: 'app', sub: 'alice' });
  const again = await refresh(server, app, tokens.refresh_token ?? '', { client_id: 'app' });
  t.equal(again.status, 200);
  t.equal((await redeem(server, app, await code(), { client_secret: 'x' })).status, 401);
  const revoke = { token: String((again.json as Record<string, string>).access_token), client_id: 'app' };
  t.equal((await server.public('POST /oauth2/revoke', { form: revoke })).status, 200);
  t.equal(await isActive(server, revoke.token), false);
});
