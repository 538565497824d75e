// Request objects (OpenID Connect Core §6, RFC 9101): parameters that the client signed.
import { nodeSystem } from '@claviger/core/node';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import t from 'tap';
import type { ProposedMetadata, WireReply } from '../src/index.ts';
import { epochSeconds } from '../src/index.ts';
import { authorizeUrl, challengeIn, givenAClient, redeem, Visit } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { makeKey, sign } from './support/signing-key.ts';
import { Browser, json, location } from './support/wire.ts';

const key = await makeKey('ES256', 'k');
const other = await makeKey('ES256', 'k');

const signed = (claims: JWTPayload, header = {}) => sign(key, claims, header);

const givenASigner = (given: GivenProvider, change: Partial<ProposedMetadata> = {}) =>
  givenAClient(given, 'shop', { jwks: { keys: [key.jwk] }, ...change });

const visit = (given: GivenProvider, url: string): Promise<WireReply> =>
  new Browser(given.provider.endpoints.authorize).visit(url);

/** The parameters that the client receives. */
const told = async (given: GivenProvider, change: Record<string, string>) => {
  const reply = await visit(given, authorizeUrl({ id: 'shop' }, change));
  const { origin, searchParams } = location(reply);
  return { to: origin, error: searchParams.get('error'), state: searchParams.get('state') };
};

t.test('parameters in the object override those beside it, up to the tokens', async (t) => {
  const given = givenAProvider();
  const client = await givenASigner(given);
  const request = await signed({
    scope: 'openid photos.read',
    state: 'from the object',
    nonce: 'nonce of the object',
    max_age: 3600,
    claims: { id_token: { acr: { values: ['gold'] } } },
    // Parameters that only the browser adds.
    login_verifier: 'x',
  });
  const person = new Visit(given);
  const url = authorizeUrl(client, { request, scope: 'openid', ui_locales: 'de' });
  const challenge = await person.begin(url);
  const flow = (await given.provider.admin.getLoginRequest(challenge))?.flow;
  t.match(flow?.request, {
    scope: ['openid', 'photos.read'],
    maxAge: 3600,
    context: { acrValues: ['gold'], uiLocales: ['de'], claims: { id_token: { acr: { values: ['gold'] } } } },
  });
  t.equal(flow?.request.url, `http://127.0.0.1:4444${url}`, 'the request URL is as it was sent');
  const back = await person.acceptLogin(challenge);
  const consent = challengeIn(await person.browser.visit(back), 'consent_challenge');
  const answer = location(await person.browser.visit(await person.acceptConsent(consent))).searchParams;
  t.equal(answer.get('state'), 'from the object');
  const tokens = json(await redeem(given, client, answer.get('code') ?? ''));
  const [, claims = ''] = String(tokens.id_token).split('.');
  t.match(JSON.parse(Buffer.from(claims, 'base64url').toString()), { nonce: 'nonce of the object' });
});

t.test('an object is read once and may expire during the login', async (t) => {
  const given = givenAProvider();
  const client = await givenASigner(given, {
    redirectUris: ['https://shop.example/cb', 'https://shop.example/two'],
  });
  const request = await signed({ exp: startOfTime + 10, redirect_uri: 'https://shop.example/two' });
  const person = new Visit(given);
  const url = authorizeUrl(client, { request, redirect_uri: '' });
  const challenge = await person.begin(url);
  given.wait(60);
  const back = await person.acceptLogin(challenge);
  const consent = challengeIn(await person.browser.visit(back), 'consent_challenge');
  const answer = location(await person.browser.visit(await person.acceptConsent(consent)));
  t.equal(answer.pathname, '/two');
  t.ok(answer.searchParams.get('code'));
  t.equal((await visit(given, url)).status, 400, 'a new request with the same object fails');
  const forged = new URL(back);
  forged.searchParams.set('login_verifier', 'x'.repeat(65));
  t.equal((await visit(given, forged.href)).status, 400, 'the redirect URI is unknown');
  await givenAClient(given, 'thief', { redirectUris: ['https://thief.example/cb'] });
  const stolen = new URL(back);
  stolen.searchParams.set('client_id', 'thief');
  t.equal((await visit(given, stolen.href)).status, 400, "another client cannot have this client's flow");
});

t.test('an object with any fault is invalid_request_object', async (t) => {
  const given = givenAProvider();
  await givenASigner(given);
  const unsigned = new UnsecuredJWT({ state: 'x' }).encode();
  const mac = await new SignJWT({ state: 'x' })
    .setProtectedHeader({ alg: 'HS256', kid: 'k' })
    .sign(new TextEncoder().encode(JSON.stringify(key.jwk)));
  const bad: readonly [string, string][] = [
    ['no JWT', 'x.y.z'],
    ['two parts', 'x.y'],
    ['encrypted', `${btoa('{"alg":"RSA-OAEP","enc":"A128GCM"}').replaceAll('=', '')}.a.b.c.d`],
    ['signed by somebody else', await sign(other, { state: 'x' })],
    ['without a signature', unsigned],
    ['a MAC with the public key', mac],
    ['an unknown key', await signed({ state: 'x' }, { kid: 'unknown' })],
    ['the type of another JWT', await signed({ state: 'x' }, { typ: 'at+jwt' })],
    ['expired', await signed({ exp: startOfTime - 31 })],
    ['not valid yet', await signed({ nbf: startOfTime + 31 })],
    ['another issuer', await signed({ iss: 'ghost' })],
    ['another audience', await signed({ aud: ['https://other.example/'] })],
    ['another client', await signed({ client_id: 'ghost' })],
    ['another response type', await signed({ response_type: 'code token' })],
    ['an object in the object', await signed({ request: unsigned })],
    ['a reference in the object', await signed({ request_uri: 'https://shop.example/r' })],
  ];
  for (const [name, request] of bad) {
    const want = { to: 'https://shop.example', error: 'invalid_request_object', state: 'state-1' };
    t.strictSame(await told(given, { request }), want, name);
  }
  const fine: readonly JWTPayload[] = [
    {},
    { iss: 'shop', aud: 'http://127.0.0.1:4444/', sub: 'x', jti: '1', iat: startOfTime, nbf: startOfTime },
    {
      aud: ['x', 'http://127.0.0.1:4444'],
      exp: startOfTime - 29,
      nbf: startOfTime + 30,
      client_id: 'shop',
      response_type: 'code',
    },
    { nonce: null, state: '', display: 'page' },
  ];
  for (const claims of fine) {
    const request = await signed(claims, { typ: 'oauth-authz-req+jwt' });
    t.ok(await new Visit(given).begin(authorizeUrl({ id: 'shop' }, { request })), JSON.stringify(claims));
  }
});

t.test('parameters of the object are checked like any others', async (t) => {
  const given = givenAProvider();
  await givenASigner(given);
  const cases: readonly [JWTPayload, string][] = [
    [{ scope: 'videos' }, 'invalid_scope'],
    [{ max_age: -1 }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
    [{ claims: 'nonsense' }, 'invalid_request'],
    [{ scope: ['openid'] }, 'invalid_scope'],
    [{ nonce: '\ud800' }, 'invalid_request'],
  ];
  for (const [claims, want] of cases) {
    t.equal((await told(given, { request: await signed(claims) })).error, want, JSON.stringify(claims));
  }
  await givenAClient(given, 'api', {
    jwks: { keys: [key.jwk] },
    audience: ['https://a.example/', 'https://b.example/'],
  });
  const resource = ['https://a.example/', 'https://b.example/'];
  const begun = await new Visit(given).begin(authorizeUrl({ id: 'api' }, { request: await signed({ resource }) }));
  t.strictSame((await given.provider.admin.getLoginRequest(begun))?.flow.request.audience, resource, 'RFC 8707 §2');
  const alone = await signed({ response_type: 'code', scope: 'openid', redirect_uri: 'https://shop.example/cb' });
  t.ok(
    await new Visit(given).begin(`/oauth2/auth?client_id=shop&request=${alone}`),
    'RFC 9101 §5: all parameters are in the object',
  );
  const fragment = await signed({ response_mode: 'fragment', scope: 'videos', state: 'inner' });
  const reply = location(await visit(given, authorizeUrl({ id: 'shop' }, { request: fragment })));
  t.equal(new URLSearchParams(reply.hash.slice(1)).get('state'), 'inner', 'errors are sent where the object says too');
});

t.test('an answer is sent only to a registered address, regardless of the object', async (t) => {
  const given = givenAProvider();
  await givenASigner(given, { redirectUris: ['https://shop.example/cb', 'https://shop.example/two'] });
  const evil = await signed({ redirect_uri: 'https://evil.example/' });
  const forged = await sign(other, { redirect_uri: 'https://shop.example/two' });
  const pages: readonly Record<string, string>[] = [
    { request: evil },
    { request: evil, redirect_uri: '' },
    { request: forged, redirect_uri: '' },
    { request: 'x', redirect_uri: 'https://evil.example/' },
  ];
  for (const change of pages) {
    const reply = await visit(given, authorizeUrl({ id: 'shop' }, change));
    t.equal(reply.status, 400);
    t.equal(reply.headers.location, undefined);
  }
  const twice = await visit(given, `${authorizeUrl({ id: 'shop' }, { request: forged })}&request=${evil}`);
  t.equal(twice.status, 400);
});

t.test('a setting allows unsigned objects of clients that registered no algorithm', async (t) => {
  const given = givenAProvider({ allowUnsignedRequestObjects: true });
  await givenASigner(given);
  const request = new UnsecuredJWT({ scope: 'beyond', state: 'from the object' }).encode();
  t.match(await told(given, { request }), { error: 'invalid_scope', state: 'from the object' }, 'it is read');
  const signs = await givenAClient(given, 'signs', { requestObjectSigningAlg: 'ES256', jwks: { keys: [key.jwk] } });
  const refused = location(await visit(given, authorizeUrl(signs, { request })));
  t.equal(
    refused.searchParams.get('error'),
    'invalid_request_object',
    'a client that registered an algorithm must use it',
  );
});

t.test('an object must use the registered algorithm, and `none` only if it is registered', async (t) => {
  const given = givenAProvider();
  await givenASigner(given, { requestObjectSigningAlg: 'PS256' });
  t.equal((await told(given, { request: await signed({}) })).error, 'invalid_request_object');
  const unsigned = new UnsecuredJWT({ state: 'unsigned' }).encode();
  await givenAClient(given, 'plain', { requestObjectSigningAlg: 'none', jwks: { keys: [key.jwk] } });
  const begun = await new Visit(given).begin(authorizeUrl({ id: 'plain' }, { request: unsigned }));
  t.equal((await given.provider.admin.getLoginRequest(begun))?.flow.request.state, 'unsigned');
  const plain = async (request: string) =>
    location(await visit(given, authorizeUrl({ id: 'plain' }, { request }))).searchParams.get('error');
  t.equal(await plain(await signed({})), 'invalid_request_object');
  t.equal(await plain(`${unsigned}c2ln`), 'invalid_request_object', 'alg none with a signature');
  t.equal(await plain(new UnsecuredJWT({ exp: startOfTime - 60 }).encode()), 'invalid_request_object');

  const svc = await givenAClient(given, 'svc', { tokenEndpointAuthMethod: 'client_secret_jwt' });
  const mac = (secret: string) =>
    new SignJWT({ state: 'mac' }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  t.ok(await new Visit(given).begin(authorizeUrl(svc, { request: await mac(svc.secret) })));
  const wrong = await visit(given, authorizeUrl(svc, { request: await mac(`${svc.secret}x`) }));
  t.equal(location(wrong).searchParams.get('error'), 'invalid_request_object');
});

t.test('client metadata for request objects', async (t) => {
  const given = givenAProvider();
  for (const requestObjectSigningAlg of ['HS256', 'RS1', 'None', 'ES256K']) {
    const hint = /request_object_signing_alg/;
    await t.rejects(givenAClient(given, 'x', { requestObjectSigningAlg }), { code: 'invalid_request', hint });
  }
  for (const uri of ['', 'ftp://shop.example/r', '/r', 'https://']) {
    await t.rejects(givenAClient(given, 'x', { requestUris: [uri] }), {
      code: 'invalid_request',
      hint: /request_uris/,
    });
  }
  for (const defaultMaxAge of [-1, 1.5, 2 ** 60]) {
    await t.rejects(givenAClient(given, 'x', { defaultMaxAge }), { code: 'invalid_request', hint: /default_max_age/ });
  }
  await givenAClient(given, 'x', {
    requestObjectSigningAlg: 'HS256',
    tokenEndpointAuthMethod: 'client_secret_jwt',
    requestUris: ['https://shop.example/r#hash'],
    defaultMaxAge: 0,
  });
});

/** A provider with remote documents that the test supplies, without a network. */
const givenDocuments = (documents: Record<string, string>) => {
  const fetched: string[] = [];
  const remoteDocuments = {
    fetch: async (url: string) => {
      fetched.push(url);
      const document = documents[url];
      if (document === undefined) throw new Error('The document cannot be fetched: it answers 404.');
      return document;
    },
  };
  const clock = { now: () => epochSeconds(startOfTime) };
  const system = { ...nodeSystem({ systemSecret: 'a system secret for tests' }), clock, remoteDocuments };
  return { given: givenAProvider({}, { system }), fetched };
};

t.test('request_uri: a registered URL, fetched once for each request', async (t) => {
  const documents: Record<string, string> = {
    'https://shop.example/r': `${await signed({ state: 'fetched', redirect_uri: 'https://shop.example/two' })}\n`,
    'https://shop.example/html': '<html>',
  };
  const { given, fetched } = givenDocuments(documents);
  await givenASigner(given, {
    redirectUris: ['https://shop.example/cb', 'https://shop.example/two'],
    requestUris: [
      'https://shop.example/r#47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
      'https://shop.example/html',
      'https://shop.example/gone',
    ],
  });
  const url = authorizeUrl({ id: 'shop' }, { request_uri: 'https://shop.example/r#another', redirect_uri: '' });
  const answer = location(await new Visit(given).run(url));
  t.equal(answer.pathname, '/two');
  t.equal(answer.searchParams.get('state'), 'fetched');
  t.ok(answer.searchParams.get('code'));
  t.strictSame(fetched, ['https://shop.example/r'], 'it is not fetched again after login and consent');
  t.match(await told(given, { request_uri: 'https://shop.example/html' }), { error: 'invalid_request_object' });
  t.match(await told(given, { request_uri: 'https://shop.example/gone' }), { error: 'invalid_request_uri' });
  for (const uri of ['https://shop.example/R', 'https://shop.example/', 'https://evil.example/r', 'r', '#']) {
    const want = { to: 'https://shop.example', error: 'invalid_request_uri', state: 'state-1' };
    t.strictSame(await told(given, { request_uri: uri }), want, uri);
  }
  t.equal(fetched.length, 3, 'nothing else is fetched');
  const both = { request: await signed({}), request_uri: 'https://shop.example/r' };
  t.match(await told(given, both), { error: 'invalid_request' });
  documents['https://shop.example/r'] = await signed({ login_hint: 'x'.repeat(20_000) });
  t.match(await told(given, { request_uri: 'https://shop.example/r' }), { error: 'invalid_request_object' });
});
