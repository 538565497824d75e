// Access tokens as JWTs (RFC 9068): their claims, and that they expire and are revoked like opaque tokens.
import { generateKeyPairSync } from 'node:crypto';
import { type ProposedMetadata, type Settings, seconds, signingKeySet } from '@claviger/core';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import t from 'tap';
import {
  authorizeUrl,
  type GivenClient,
  givenAClient,
  givenTokens,
  introspect,
  redeem,
  refresh,
  Visit,
} from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { get, json, location, post } from './support/wire.ts';

const issuer = 'http://127.0.0.1:4444/';

const givenAll = async (settings: Partial<Settings> = {}, metadata: Partial<ProposedMetadata> = {}) => {
  const given = givenAProvider({ accessTokenStrategy: 'jwt', ...settings });
  return { given, client: await givenAClient(given, 'shop', metadata) };
};

const ownToken = async ({ provider }: GivenProvider, { auth }: GivenClient, scope = 'photos.read'): Promise<string> =>
  String(json(await post(provider.endpoints.token, { grant_type: 'client_credentials', scope }, auth)).access_token);

const userinfo = ({ provider }: GivenProvider, token: string) =>
  get(provider.endpoints.userinfo, '/userinfo', { authorization: `Bearer ${token}` });

const jwks = async ({ provider }: GivenProvider) =>
  createLocalJWKSet(JSON.parse((await get(provider.endpoints.jwks, '/')).body));

/** As a resource server checks it (RFC 9068 §4). */
const validated = async (given: GivenProvider, token: string): Promise<JWTPayload> => {
  const options = { issuer, audience: issuer, typ: 'at+jwt', currentDate: new Date(startOfTime * 1000) };
  return (await jwtVerify(token, await jwks(given), options)).payload;
};

t.test("a person's token says who, for whom, what for and how they logged in (RFC 9068 §2.2)", async (t) => {
  const { given, client } = await givenAll();
  const session = { accessToken: { role: 'admin', sub: 'mallory', scope: 'all', acr: 'x' }, idToken: {} };
  const code = await new Visit(given).code(authorizeUrl(client), { acr: 'gold' }, { session });
  const tokens = json(await redeem(given, client, code));
  const token = String(tokens.access_token);
  t.match(tokens, { token_type: 'bearer', expires_in: 3600, refresh_token: /^clv_rt_/ });
  const claims = await validated(given, token);
  t.strictSame(claims, {
    role: 'admin',
    iss: issuer,
    sub: 'alice',
    aud: [issuer],
    client_id: 'shop',
    exp: startOfTime + 3600,
    iat: startOfTime,
    nbf: startOfTime,
    jti: claims.jti,
    scope: 'openid offline photos.read',
    scp: ['openid', 'offline', 'photos.read'],
    auth_time: startOfTime,
    acr: 'gold',
  });
  t.match(claims.jti, /^[A-Za-z0-9_-]{44}$/);
  t.equal(decodeProtectedHeader(token).alg, 'RS256');
  t.match(await introspect(given, token), {
    active: true,
    sub: 'alice',
    token_type: 'access_token',
    scope: 'openid offline photos.read',
    ext: { role: 'admin', sub: 'mallory' },
  });
  t.strictSame(json(await userinfo(given, token)), { sub: 'alice' });
});

t.test("a client's own token has the client for its subject, and nobody who logged in", async (t) => {
  const { given, client } = await givenAll();
  const token = await ownToken(given, client);
  const claims = await validated(given, token);
  t.match(claims, { sub: 'shop', client_id: 'shop', scope: 'photos.read', scp: ['photos.read'] });
  t.notOk('auth_time' in claims || 'acr' in claims);
  t.match(await introspect(given, token), { active: true, sub: 'shop' });
  t.equal((await userinfo(given, token)).status, 401, 'the token has no person');
  const bare = await validated(given, await ownToken(given, client, ''));
  t.notOk('scope' in bare);
  t.strictSame(bare.scp, []);
});

t.test('the implicit flow issues JWTs too', async (t) => {
  const { given, client } = await givenAll({}, { responseTypes: ['token'], grantTypes: ['implicit'] });
  const reply = await new Visit(given).run(authorizeUrl(client, { response_type: 'token' }));
  const token = new URLSearchParams(location(reply).hash.slice(1)).get('access_token') ?? '';
  t.match(await validated(given, token), { sub: 'alice' });
  t.match(await introspect(given, token), { active: true });
});

t.test('the granted audience replaces the issuer in aud', async (t) => {
  const photos = 'https://photos.example';
  const { given, client } = await givenAll({}, { audience: [photos] });
  const code = await new Visit(given).code(
    authorizeUrl(client, { audience: photos }),
    {},
    { grantedAudience: [photos] },
  );
  t.strictSame(decodeJwt(String(json(await redeem(given, client, code)).access_token)).aud, [photos]);
  const fields = { grant_type: 'client_credentials', resource: photos };
  const own = json(await post(given.provider.endpoints.token, fields, client.auth));
  t.strictSame(decodeJwt(String(own.access_token)).aud, [photos]);
});

t.test("the client's strategy overrides the strategy of the server", async (t) => {
  const isJwt = async (strategy: Settings['accessTokenStrategy'], own: string | null): Promise<boolean> => {
    const { given, client } = await givenAll({ accessTokenStrategy: strategy }, { accessTokenStrategy: own });
    return (await ownToken(given, client)).startsWith('ey');
  };
  t.strictSame(await Promise.all([isJwt('jwt', null), isJwt('jwt', 'jwt'), isJwt('opaque', 'jwt')]), [
    true,
    true,
    true,
  ]);
  t.strictSame(await Promise.all([isJwt('opaque', null), isJwt('jwt', 'opaque')]), [false, false]);
});

t.test('the algorithm is that of ID tokens unless the setting for access tokens says otherwise', async (t) => {
  const algOf = async (settings: Partial<Settings>, metadata: Partial<ProposedMetadata> = {}) => {
    const { given, client } = await givenAll(settings, metadata);
    const token = await ownToken(given, client);
    await validated(given, token);
    t.match(await introspect(given, token), { active: true });
    return decodeProtectedHeader(token).alg;
  };
  t.equal(await algOf({ idTokenSigningAlg: 'ES256' }), 'ES256');
  t.equal(await algOf({ idTokenSigningAlg: 'ES256', accessTokenSigningAlg: 'EdDSA' }), 'EdDSA');
  t.equal(
    await algOf({}, { idTokenSignedResponseAlg: 'ES256' }),
    'RS256',
    'the client does not read it, so its algorithm does not apply',
  );
});

t.test('a pairwise client gets its own subject identifier in the token, as everywhere else', async (t) => {
  const pairwise = { subjectTypes: ['public', 'pairwise'], pairwiseSalt: 'a salt of tests' } as const;
  const { given, client } = await givenAll(pairwise, { subjectType: 'pairwise' });
  const tokens = await givenTokens(given, client);
  const { sub } = await validated(given, tokens.access);
  t.match(sub, /^[0-9a-f]{64}$/);
  t.equal(sub, decodeJwt(tokens.id).sub);
  t.match(await introspect(given, tokens.access), { sub: 'alice', obfuscated_subject: sub });
});

t.test('revoking a JWT ends its grant, as for an opaque token', async (t) => {
  const { given, client } = await givenAll();
  const other = await givenAClient(given, 'other');
  const tokens = await givenTokens(given, client);
  const own = await ownToken(given, client);
  const revoke = (token: string, { auth }: GivenClient) => post(given.provider.endpoints.revoke, { token }, auth);
  t.equal((await revoke(tokens.access, other)).status, 200);
  t.match(await introspect(given, tokens.access), { active: true }, "another client's word does not count");
  await revoke(tokens.access, client);
  await revoke(own, client);
  for (const token of [tokens.access, tokens.refresh, own]) {
    t.strictSame(await introspect(given, token), { active: false });
  }
  t.equal((await userinfo(given, tokens.access)).status, 401);
});

t.test('refresh, its grace, and reuse work as with opaque tokens', async (t) => {
  const { given, client } = await givenAll();
  const first = await givenTokens(given, client);
  const second = json(await refresh(given, client, first.refresh, { scope: 'photos.read' }));
  t.match(await validated(given, String(second.access_token)), { scope: 'photos.read' }, 'RFC 6749 §6: narrowed');
  t.strictSame(await introspect(given, first.access), { active: false });
  const repeated = json(await refresh(given, client, first.refresh, { scope: 'photos.read' }));
  t.equal(repeated.access_token, second.access_token, 'the same successor within the grace');
  given.wait(31);
  t.equal((await refresh(given, client, first.refresh)).status, 400);
  t.strictSame(await introspect(given, String(second.access_token)), { active: false }, 'reuse revokes the grant');
});

t.test('a JWT ends with a replay of its code, its consent, its expiry and its key', async (t) => {
  const { given, client } = await givenAll({ accessTokenLifespan: seconds(60) });
  const { admin } = given.provider;
  const code = await new Visit(given).code(authorizeUrl(client));
  const replayed = String(json(await redeem(given, client, code)).access_token);
  await redeem(given, client, code);
  t.strictSame(await introspect(given, replayed), { active: false }, 'RFC 6749 §4.1.2');
  const consented = (await givenTokens(given, client)).access;
  await admin.revokeConsents({ subject: 'alice' });
  t.strictSame(await introspect(given, consented), { active: false });
  const timed = await ownToken(given, client);
  given.wait(59);
  t.match(await introspect(given, timed), { active: true });
  given.wait(1);
  t.strictSame(await introspect(given, timed), { active: false });
  const keyed = await ownToken(given, client);
  await admin.deleteKeySet(signingKeySet);
  t.strictSame(await introspect(given, keyed), { active: false });
});

t.test('tokens outlive a rotation of the key that signed them', async (t) => {
  const { given, client } = await givenAll();
  const token = await ownToken(given, client);
  await given.provider.admin.createKeys({ set: signingKeySet, alg: 'RS256', kid: 'next', use: 'sig' });
  t.not(decodeProtectedHeader(await ownToken(given, client)).kid, decodeProtectedHeader(token).kid);
  t.match(await introspect(given, token), { active: true });
});

t.test('an ID token is not accepted as an access token, or the other way round (RFC 9068 §4)', async (t) => {
  const { given, client } = await givenAll();
  const visit = new Visit(given);
  const tokens = await givenTokens(given, client, visit);
  t.strictSame(await introspect(given, tokens.id), { active: false });
  t.equal((await userinfo(given, tokens.id)).status, 401);
  const hinted = (hint: string) => visit.browser.visit(authorizeUrl(client, { id_token_hint: hint }));
  t.equal(location(await hinted(tokens.access)).searchParams.get('error'), 'invalid_request');
  t.equal(location(await hinted(tokens.id)).searchParams.get('error'), null);
});

t.test('a token that this server did not sign is refused, regardless of its claims', async (t) => {
  const { given, client } = await givenAll();
  const token = await ownToken(given, client);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const { kid = '' } = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const published = JSON.parse((await get(given.provider.endpoints.jwks, '/')).body).keys[0];
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const forged: Readonly<Record<string, string>> = {
    'another key': await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' }).sign(stranger),
    'our public key as a shared secret': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' })
      .sign(new TextEncoder().encode(JSON.stringify(published))),
    'no signature': `${encoded({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    'no algorithm': `${encoded({ alg: 'none', kid, typ: 'at+jwt' })}.${payload}.${signature}`,
    'other claims': `${header}.${encoded({ ...claims, sub: 'admin' })}.${signature}`,
    'another algorithm of the key type': `${encoded({ alg: 'PS256', kid, typ: 'at+jwt' })}.${payload}.${signature}`,
    'a kid that is not there': `${encoded({ alg: 'RS256', kid: 'ghost', typ: 'at+jwt' })}.${payload}.${signature}`,
    'a critical extension': `${encoded({ alg: 'RS256', kid, typ: 'at+jwt', crit: ['x'], x: 1 })}.${payload}.${signature}`,
    'no JSON': `${Buffer.from('x').toString('base64url')}.x.x`,
  };
  for (const [what, bad] of Object.entries(forged)) {
    t.strictSame(await introspect(given, bad), { active: false }, what);
    t.equal((await userinfo(given, bad)).status, 401, what);
    t.equal((await post(given.provider.endpoints.revoke, { token: bad }, client.auth)).status, 200, what);
  }
  t.match(await introspect(given, token), { active: true }, 'the real one');
});

t.test('a token of another issuer under the same keys is not ours', async (t) => {
  const { given, client } = await givenAll();
  const token = await ownToken(given, client);
  const other = givenAProvider({}, { stores: given.stores, issuer: 'http://127.0.0.1:4444/other' });
  t.strictSame(await introspect(other, token), { active: false });
});
