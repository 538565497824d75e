// The key operations of the 2018 API.
import { signingKeySet } from '@claviger/core';
import t from 'tap';
import { adminError, duplicateBody, givenAServer, noSuchRowBody, notFoundBody } from './support/given-a-server.ts';

const oct = (kid: string, k = 'AQAB') => ({ kty: 'oct', kid, k });
type Keys = { keys: Record<string, string>[] };

t.test('an RSA key pair is shown with d, p and q only, as in 2018', async (t) => {
  const { admin } = givenAServer(t);
  const created = await admin('POST /keys/set', { json: { alg: 'RS256', kid: 'my-key', use: 'sig', nonsense: 1 } });
  t.equal(created.status, 201);
  t.equal(created.headers.location, '/keys/set');
  const [secret = {}, open = {}] = (created.json as Keys).keys;
  t.strictSame(Object.keys(secret).sort(), ['alg', 'd', 'e', 'kid', 'kty', 'n', 'p', 'q', 'use']);
  t.strictSame(open, { use: 'sig', kty: 'RSA', kid: 'public:my-key', alg: 'RS256', n: secret.n, e: 'AQAB' });
  t.strictSame((await admin('GET /keys/set')).json, created.json);
  t.strictSame((await admin('GET /keys/set/private%3Amy-key')).json, { keys: [secret] });
  t.strictSame((await admin('GET /keys/set/public:my-key')).json, { keys: [open] });
});

t.test('elliptic curve and symmetric keys have the members of 2018', async (t) => {
  const { admin } = givenAServer(t);
  const curve = await admin('POST /keys/ec', { json: { alg: 'ES512', kid: 'k', use: 'enc' } });
  const [secret = {}] = (curve.json as Keys).keys;
  const open = { use: 'enc', kty: 'EC', crv: 'P-521', x: secret.x, y: secret.y };
  t.strictSame(curve.json, {
    keys: [
      { ...open, d: secret.d, kid: 'private:k' },
      { ...open, kid: 'public:k' },
    ],
  });

  const shared = await admin('POST /keys/oct', { json: { alg: 'HS256', kid: 'k' } });
  const [key = {}] = (shared.json as Keys).keys;
  t.strictSame(shared.json, { keys: [{ kty: 'oct', alg: 'HS256', kid: 'k', k: key.k }] });
  t.match(key.k, /^[A-Za-z0-9_-]{43}$/, 'RFC 7518 §3.2: 256 bits');
});

t.test('keys can be created for every algorithm that signs ID tokens', async (t) => {
  const { admin } = givenAServer(t);
  for (const [alg, kty] of [
    ['PS256', 'RSA'],
    ['ES256', 'EC'],
    ['EdDSA', 'OKP'],
  ] as const) {
    const created = await admin(`POST /keys/${signingKeySet}`, { json: { alg, use: 'sig' } });
    t.equal(created.status, 201, alg);
    t.match((created.json as Keys).keys, [{ kty }, { kty }]);
  }
});

t.test('a malformed request for a key is refused, and the error names the member', async (t) => {
  const { admin } = givenAServer(t);
  const algorithms = 'RS256, ES512, HS256, HS512, PS256, ES256, EdDSA';
  const refused: readonly [string, string][] = [
    ['{}', 'The member "alg" is missing.'],
    ['{"alg":"ES384"}', `The member "alg" must be equal to one of the allowed values: ${algorithms}.`],
    ['{"alg":1}', `The member "alg" must be equal to one of the allowed values: ${algorithms}.`],
    ['{"alg":"HS256","kid":1}', 'The member "kid" must be string.'],
    ['{', 'The body is not JSON (RFC 8259).'],
  ];
  for (const [raw, hint] of refused) {
    const reply = await admin('POST /keys/set', { raw });
    t.equal(reply.status, 400, raw);
    t.strictSame(reply.json, adminError(400, 'invalid_request', hint));
  }
  t.strictSame((await admin('GET /keys/set')).json, notFoundBody);
});

t.test('an existing kid is a 409', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /keys/set', { json: { alg: 'HS256', kid: 'k' } });
  const again = await admin('POST /keys/set', { json: { alg: 'HS512', kid: 'k' } });
  t.equal(again.status, 409);
  t.strictSame(again.json, duplicateBody);
  t.equal(again.headers.location, undefined);
  t.strictSame((await admin('PUT /keys/set', { json: { keys: [oct('new'), oct('k')] } })).json, duplicateBody);
  t.equal((await admin('GET /keys/set/new')).status, 404, 'none of them was added');
});

t.test('putting a set adds its keys to the existing ones', async (t) => {
  const { admin } = givenAServer(t);
  const put = await admin('PUT /keys/set', { json: { keys: [oct('a'), oct('b')] } });
  t.equal(put.status, 200);
  t.strictSame(put.json, { keys: [oct('a'), oct('b')] });
  await admin('PUT /keys/set', { json: { keys: [oct('c')] } });
  t.strictSame((await admin('GET /keys/set')).json, { keys: [oct('c'), oct('a'), oct('b')] });
});

t.test('a key is put under the kid in the body, or under that in the path if the body has none', async (t) => {
  const { admin } = givenAServer(t);
  const put = await admin('PUT /keys/set/a', { json: { ...oct('a'), use: null } });
  t.equal(put.status, 200);
  t.strictSame(put.json, oct('a'));
  await admin('PUT /keys/set/a', { json: oct('a', 'BBBB') });
  t.strictSame((await admin('GET /keys/set/a')).json, { keys: [oct('a', 'BBBB')] });
  t.strictSame((await admin('PUT /keys/set/a', { json: oct('z') })).json, oct('z'));
  t.strictSame((await admin('PUT /keys/set/m', { json: { kty: 'oct', k: 'AQAB' } })).json, oct('m'));
  t.strictSame((await admin('GET /keys/set')).json, { keys: [oct('m'), oct('z'), oct('a', 'BBBB')] });
});

t.test('an invalid key is refused, and the error names the member', async (t) => {
  const { admin } = givenAServer(t);
  const refused: readonly [string, unknown, string][] = [
    ['PUT /keys/set/a', { kid: 'a' }, 'The member "kty" is missing.'],
    ['PUT /keys/set/a', { kty: 'nonsense' }, 'kty is missing, or does not fit any supported type of key.'],
    ['PUT /keys/set', { keys: [oct('a'), {}] }, 'The member "keys[1].kty" is missing.'],
    [
      'PUT /keys/set',
      { keys: [{ kty: 'oct', k: 'AQAB' }] },
      'keys[0].kid is missing, or does not fit any supported type of key.',
    ],
    ['PUT /keys/set', { keys: {} }, 'The member "keys" must be array.'],
    ['PUT /keys/set', [], 'The body must be object.'],
  ];
  for (const [request, json, hint] of refused) {
    const reply = await admin(request, { json });
    t.equal(reply.status, 400, hint);
    t.strictSame(reply.json, adminError(400, 'invalid_request', hint));
  }
  t.equal((await admin('GET /keys/set')).status, 404);
});

t.test('a missing key or set is a 404 on reading and a 204 on deleting', async (t) => {
  const { admin } = givenAServer(t);
  t.strictSame((await admin('GET /keys/ghost')).json, notFoundBody);
  t.strictSame((await admin('GET /keys/ghost/a')).json, noSuchRowBody);
  for (const request of ['DELETE /keys/ghost', 'DELETE /keys/ghost/a']) {
    const reply = await admin(request);
    t.equal(reply.status, 204);
    t.equal(reply.text, '');
  }
});

t.test('keys and sets with any names can be deleted', async (t) => {
  const { admin } = givenAServer(t);
  const set = encodeURIComponent('a/b ü%');
  const kid = encodeURIComponent('x/y');
  await admin(`PUT /keys/${set}`, { json: { keys: [oct('x/y'), oct('b')] } });
  t.equal((await admin(`GET /keys/${set}/${kid}`)).status, 200);
  t.equal((await admin(`DELETE /keys/${set}/${kid}`)).status, 204);
  t.strictSame((await admin(`GET /keys/${set}`)).json, { keys: [oct('b')] });
  t.equal((await admin(`DELETE /keys/${set}`)).status, 204);
  t.equal((await admin(`GET /keys/${set}`)).status, 404);
});

t.test('a new signing key is published immediately, and its private half is never shown', async (t) => {
  const { admin, public: open } = givenAServer(t);
  const created = await admin(`POST /keys/${signingKeySet}`, { json: { alg: 'RS256', kid: 'rot', use: 'sig' } });
  t.equal(created.status, 201);
  const [secret = {}] = (created.json as Keys).keys;
  t.strictSame(Object.keys(secret).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  t.strictSame((await admin(`GET /keys/${signingKeySet}/private:rot`)).json, { keys: [secret] });
  const published = (await open('GET /.well-known/jwks.json')).json as Keys;
  t.strictSame(published.keys[0], { ...secret, kid: 'public:rot' });
});

t.test('a DANGEROUS setting shows the private half of a signing key on the admin listener only', async (t) => {
  const { admin, public: open } = givenAServer(t, { settings: { showSigningKeys: true } });
  await admin(`POST /keys/${signingKeySet}`, { json: { alg: 'ES256', kid: 'rot', use: 'sig' } });
  t.match((await admin(`GET /keys/${signingKeySet}`)).json, { keys: [{ kid: 'private:rot', d: String }, {}] });
  t.match((await admin(`GET /keys/${signingKeySet}/private:rot`)).json, { keys: [{ d: String }] });
  const published = (await open('GET /.well-known/jwks.json')).json as Keys;
  t.ok(published.keys.some(({ kid }) => kid === 'public:rot'));
  t.notOk(published.keys.some((key) => 'd' in key));
});
