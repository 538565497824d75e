// The life of tokens over HTTP: scopes, introspection, refresh, revocation, expiry, userinfo.
import { seconds } from '@claviger/core';
import t from 'tap';
import { type GivenServer, givenAServer, startOfTime } from '../support/given-a-server.ts';
import {
  claimsOf,
  givenAClient,
  introspect,
  isActive,
  Person,
  type RegisteredClient,
  redeem,
  refresh,
  refusal,
} from '../support/journey.ts';

const own = (server: GivenServer, { auth }: RegisteredClient, scope: string) =>
  server.public('POST /oauth2/token', { form: { grant_type: 'client_credentials', scope }, headers: auth });

const userinfo = (server: GivenServer, token: string | undefined) =>
  server.public('GET /userinfo', { headers: { authorization: `Bearer ${token}` } });

t.test("a client's own token: the registered scopes, including patterns", async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server, 'shop', { scope: 'openid offline photos.read photos.write docs.*' });
  const cases: readonly [string, string | null][] = [
    ['', ''],
    ['photos.read photos.write', 'photos.read photos.write'],
    ['photos.read  photos.read', 'photos.read'],
    ['docs.read', 'docs.read'],
    ['docs.a.b', 'docs.a.b'],
    ['docs.*', 'docs.*'],
    ['openid offline', 'openid offline'],
    ['docs', null],
    ['videos.read', null],
    ['photos.read videos.read', null],
    ['PHOTOS.READ', null],
  ];
  for (const [asked, scope] of cases) {
    const reply = await own(server, client, asked);
    if (scope === null) t.equal(refusal(reply), 'invalid_scope', asked);
    else t.match(reply.json, { scope, token_type: 'bearer', expires_in: 3600 }, asked);
    t.notOk('refresh_token' in (reply.json as object), 'RFC 6749 §4.4.3');
  }
  const held = String(((await own(server, client, 'docs.*')).json as Record<string, string>).access_token);
  t.match(await introspect(server, held, 'docs.read'), { active: true });
  t.match(await introspect(server, held, 'docs'), { active: false });
});

t.test('the hierarchic strategy: a scope allows the scopes below it', async (t) => {
  const server = givenAServer(t, { settings: { scopeStrategy: 'hierarchic' } });
  const client = await givenAClient(server, 'shop', { scope: 'openid photos docs.*' });
  for (const [scope, allowed] of [
    ['photos', true],
    ['photos.read', true],
    ['photos.read.all', true],
    ['photosx', false],
    ['docs.*', true],
    ['docs.read', false],
    ['docs', false],
  ] as const) {
    const reply = await own(server, client, scope);
    t.equal(reply.status === 200, allowed, scope);
    if (!allowed) continue;
    const token = String((reply.json as Record<string, string>).access_token);
    t.equal((await introspect(server, token, `${scope}.child`)).active, true);
  }
});

t.test('introspection finds live tokens with any type hint', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const session = { access_token: { role: 'admin', nested: { a: [1, 2] } }, id_token: { hidden: true } };
  const alice = new Person(server);
  const granted = {
    params: { scope: 'openid offline photos.read photos.write' },
    consent: { accept: { session, grant_scope: ['offline', 'photos.write'] } },
  };
  const tokens = await alice.tokens(client, granted);
  const access = tokens.access_token ?? '';
  t.strictSame(await introspect(server, access), {
    active: true,
    scope: 'offline photos.write',
    client_id: 'shop',
    sub: 'alice',
    exp: startOfTime + 3600,
    iat: startOfTime,
    iss: 'http://127.0.0.1:4444/',
    token_type: 'access_token',
    ext: session.access_token,
  });
  t.match(await introspect(server, tokens.refresh_token ?? ''), { active: true, token_type: 'refresh_token' });
  for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense']) {
    const reply = await server.admin('POST /oauth2/introspect', { form: { token: access, token_type_hint } });
    t.match(reply.json, { active: true }, token_type_hint);
  }
  t.match(await introspect(server, access, 'photos.write'), { active: true });
  t.match(await introspect(server, access, 'photos.read'), { active: false }, 'requested but not granted');
  t.match(await introspect(server, access, 'photos.write videos'), { active: false });
  const [body = '', mac = ''] = access.split('.');
  for (const token of [
    'garbage',
    'a.b',
    '',
    `.${mac}`,
    body,
    `${body.slice(0, -4)}AAAA.${mac}`,
    `${body}.${mac.slice(0, -4)}AAAA`,
  ]) {
    t.strictSame(await introspect(server, token), { active: false }, token);
  }
  const { told } = await alice.authorize(client);
  t.strictSame(await introspect(server, told.code ?? ''), { active: false }, 'a code is not a token');
  t.strictSame(
    await introspect(server, (await alice.tokens(client)).id_token ?? ''),
    { active: false },
    'nor an ID token',
  );
});

t.test('a refresh gives new tokens once and ends the old ones; a late repeat revokes everything', async (t) => {
  const server = givenAServer(t, { settings: { refreshGrace: seconds(0) } });
  const client = await givenAClient(server);
  const first = await new Person(server).tokens(client);
  server.wait(2);
  const second = (await refresh(server, client, first.refresh_token ?? '')).json as Record<string, string>;
  t.not(second.access_token, first.access_token);
  t.not(second.refresh_token, first.refresh_token);
  const [before, after] = [claimsOf(first.id_token), claimsOf(second.id_token)];
  t.match(after, { sub: 'alice', auth_time: before.auth_time, rat: before.rat, iat: startOfTime + 2 });
  t.not(after.jti, before.jti);
  t.equal(await isActive(server, first.access_token), false);
  t.equal(await isActive(server, first.refresh_token), false);
  t.equal(await isActive(server, second.access_token), true);
  t.equal(refusal(await refresh(server, client, first.refresh_token ?? '')), 'invalid_grant');
  t.equal(await isActive(server, second.access_token), false, 'RFC 9700 §4.14.2');
  t.equal(refusal(await refresh(server, client, second.refresh_token ?? '')), 'invalid_grant');
});

t.test('a refresh may ask for less, and only the client of the token may do it', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const other = await givenAClient(server, 'other');
  const scopes: readonly [string, unknown][] = [
    ['openid offline photos.read', undefined],
    ['photos.read', undefined],
    ['openid photos.write', 'invalid_scope'],
    ['videos.read', 'invalid_scope'],
  ];
  for (const [scope, error] of scopes) {
    const tokens = await new Person(server).tokens(client);
    const reply = await refresh(server, client, tokens.refresh_token ?? '', { scope });
    t.equal(refusal(reply), error, scope);
    if (error === undefined) t.match(reply.json, { scope });
  }
  const tokens = await new Person(server).tokens(client);
  const bad: readonly [RegisteredClient, string, string][] = [
    [client, '', 'invalid_request'],
    [client, 'garbage', 'invalid_grant'],
    [client, 'garbage.garbage', 'invalid_grant'],
    [client, tokens.access_token ?? '', 'invalid_grant'],
    [other, tokens.refresh_token ?? '', 'invalid_grant'],
    [{ ...client, auth: { authorization: 'Basic eDp5' } }, tokens.refresh_token ?? '', 'invalid_client'],
  ];
  for (const [who, token, error] of bad) t.equal(refusal(await refresh(server, who, token)), error, token.slice(0, 9));
  t.equal(
    (await refresh(server, client, tokens.refresh_token ?? '')).status,
    200,
    'the refused requests did not use it up',
  );
  t.equal(refusal(await redeem(server, client, '')), 'invalid_request');
});

t.test('revoking either token ends both; the client must authenticate', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const other = await givenAClient(server, 'other');
  const revoke = (token: string | undefined, headers: Record<string, string>, more = {}) =>
    server.public('POST /oauth2/revoke', { form: { token: token ?? '', ...more }, headers });
  for (const which of ['access_token', 'refresh_token'] as const) {
    for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense']) {
      const tokens = await new Person(server).tokens(client);
      t.equal((await revoke(tokens[which], {})).status, 401);
      t.equal((await revoke(tokens[which], { authorization: `Bearer ${tokens[which]}` })).status, 401);
      t.equal((await revoke(tokens[which], other.auth)).status, 200, 'RFC 7009 §2.1: of another client');
      t.equal(await isActive(server, tokens[which]), true);
      const revoked = await revoke(tokens[which], client.auth, { token_type_hint });
      t.equal(revoked.status, 200);
      t.strictSame(revoked.json, {}, 'some libraries require JSON');
      t.equal(await isActive(server, tokens.access_token), false);
      t.equal(refusal(await refresh(server, client, tokens.refresh_token ?? '')), 'invalid_grant');
      t.equal((await userinfo(server, tokens.access_token)).status, 401);
      t.equal((await revoke(tokens[which], client.auth)).status, 200, 'and again');
    }
  }
});

t.test('expired tokens are treated as unknown, and the refresh token outlives the access token', async (t) => {
  const two = seconds(2);
  const server = givenAServer(t, {
    settings: { authCodeLifespan: two, accessTokenLifespan: two, idTokenLifespan: two },
  });
  const client = await givenAClient(server);
  const alice = new Person(server);
  const { told } = await alice.authorize(client);
  const tokens = await alice.tokens(client);
  t.match(tokens, { expires_in: 2 });
  t.equal(claimsOf(tokens.id_token).exp, startOfTime + 2);
  const bearer = String(((await own(server, client, 'photos.read')).json as Record<string, string>).access_token);
  server.wait(3);
  const late = await server.public('POST /oauth2/token', {
    form: { grant_type: 'authorization_code', code: told.code ?? '', redirect_uri: 'https://shop.example/cb' },
    headers: client.auth,
  });
  t.equal(refusal(late), 'invalid_grant');
  t.equal(await isActive(server, bearer), false);
  t.equal(await isActive(server, tokens.access_token), false);
  t.match(await userinfo(server, tokens.access_token), { status: 401, json: { error: 'request_unauthorized' } });
  const fresh = String(((await own(server, client, 'photos.read')).json as Record<string, string>).access_token);
  t.equal((await server.admin('POST /oauth2/flush', { json: {} })).status, 204);
  t.equal(await isActive(server, fresh), true, 'flush removes only expired tokens');
  t.equal(await isActive(server, tokens.refresh_token), true);
  const renewed = (await refresh(server, client, tokens.refresh_token ?? '')).json as Record<string, string>;
  t.equal(await isActive(server, renewed.access_token), true);
});

t.test('userinfo: JSON, or signed if the client registered an algorithm', async (t) => {
  const server = givenAServer(t);
  const session = { id_token: { email: 'a@example.com' } };
  for (const [id, userinfo_signed_response_alg] of [
    ['plain', 'none'],
    ['signed', 'RS256'],
  ] as const) {
    const client = await givenAClient(server, id, { userinfo_signed_response_alg });
    const tokens = await new Person(server).tokens(client, { consent: { accept: { session } } });
    const reply = await userinfo(server, tokens.access_token);
    t.match(reply.headers['content-type'], id === 'signed' ? /^application\/jwt/ : /^application\/json/);
    const claims = id === 'signed' ? claimsOf(reply.text) : reply.json;
    t.match(claims, { sub: 'alice', email: 'a@example.com', ...(id === 'signed' ? { aud: ['signed'] } : {}) });
  }
  for (const token of ['garbage', undefined]) t.equal((await userinfo(server, token)).status, 401);
});

t.test('a pairwise client gets its own subject identifier, and the server keeps the real subject', async (t) => {
  const settings = { subjectTypes: ['public', 'pairwise'], pairwiseSalt: 'a salt of tests' } as const;
  const server = givenAServer(t, { settings });
  const client = await givenAClient(server, 'shop', { subject_type: 'pairwise' });
  const tokens = await new Person(server).tokens(client);
  const { sub } = claimsOf(tokens.id_token);
  t.match(sub, /^[0-9a-f]{64}$/);
  t.strictSame((await userinfo(server, tokens.access_token)).json, { sub });
  t.match(await introspect(server, tokens.access_token ?? ''), { sub: 'alice', obfuscated_subject: sub });
  const forced = await new Person(server).tokens(client, { login: { accept: { force_subject_identifier: 'forced' } } });
  t.equal(claimsOf(forced.id_token).sub, 'forced');
});
