// Implicit and hybrid flows over HTTP: what the client receives, in which part of the URL, and what it can use.
import { createHash } from 'node:crypto';
import t from 'tap';
import { givenAServer } from '../support/given-a-server.ts';
import { claimsOf, givenAClient, introspect, isActive, Person, redeem } from '../support/journey.ts';

const half = (text: string | undefined): string =>
  createHash('sha256')
    .update(text ?? '')
    .digest()
    .subarray(0, 16)
    .toString('base64url');

const session = { access_token: { role: 'admin' }, id_token: { email: 'a@example.com' } };

t.test('each response type has its own members, in the fragment if one of them is a token', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const token = ['access_token', 'expires_in', 'scope', 'token_type'];
  const cases: readonly [string, readonly string[]][] = [
    ['code', ['code', 'scope']],
    ['token', token],
    ['id_token', ['id_token']],
    ['id_token token', [...token, 'id_token']],
    ['token id_token', [...token, 'id_token']],
    ['code id_token', ['code', 'id_token']],
    ['code token', [...token, 'code']],
    ['code id_token token', [...token, 'code', 'id_token']],
    ['none', []],
  ];
  for (const [response_type, members] of cases) {
    const steps = { params: { response_type, scope: 'openid photos.read' }, consent: { accept: { session } } };
    const { part, told } = await new Person(server).authorize(client, steps);
    t.equal(part, response_type === 'code' || response_type === 'none' ? 'query' : 'fragment', response_type);
    t.strictSame(Object.keys(told).sort(), [...members, 'iss', 'state'].sort(), response_type);
    if (told.id_token) {
      const claims = claimsOf(told.id_token);
      t.match(claims, { sub: 'alice', nonce: 'nonce-1', email: 'a@example.com' });
      t.equal(claims.at_hash, told.access_token ? half(told.access_token) : undefined, response_type);
      t.equal(claims.c_hash, told.code ? half(told.code) : undefined, response_type);
    }
    if (told.access_token) {
      t.match(await introspect(server, told.access_token), {
        active: true,
        scope: 'openid photos.read',
        ext: { role: 'admin' },
      });
      const authorization = `Bearer ${told.access_token}`;
      const userinfo = await server.public('GET /userinfo', { headers: { authorization } });
      t.strictSame(userinfo.json, { sub: 'alice', email: 'a@example.com' });
    }
  }
});

t.test('a hybrid code gives further tokens; using it twice revokes all of them', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  for (const response_type of ['code token', 'code id_token', 'code id_token token']) {
    const { told } = await new Person(server).authorize(client, { params: { response_type } });
    const tokens = (await redeem(server, client, told.code ?? '')).json as Record<string, string>;
    t.match(claimsOf(tokens.id_token), { sub: 'alice', nonce: 'nonce-1' }, response_type);
    t.not(tokens.access_token, told.access_token);
    t.equal((await redeem(server, client, told.code ?? '')).status, 400);
    t.equal(await isActive(server, tokens.access_token), false);
    if (told.access_token) t.equal(await isActive(server, told.access_token), false);
  }
});

t.test(
  'a missing parameter is reported before the login, in the part of the URL that the answer would use',
  async (t) => {
    const server = givenAServer(t);
    const client = await givenAClient(server);
    const cases: readonly [Record<string, string | null>, string | null][] = [
      [{ response_type: 'id_token token', nonce: null }, 'invalid_request'],
      [{ response_type: 'id_token', nonce: null }, 'invalid_request'],
      [{ response_type: 'code id_token token', nonce: null }, 'invalid_request'],
      [{ response_type: 'token', nonce: null }, null],
      [{ response_type: 'code token', nonce: null }, null],
      [{ response_type: 'id_token token', nonce: '1' }, null],
      [{ response_type: 'id_token', scope: 'photos.read' }, 'invalid_scope'],
      [{ response_type: 'code id_token', scope: 'photos.read' }, 'invalid_scope'],
      [{ response_type: 'token', scope: 'videos' }, 'invalid_scope'],
      [{ response_type: 'id_token token', scope: 'openid offline' }, null],
    ];
    for (const [params, error] of cases) {
      const end = await new Person(server).authorize(client, { params });
      t.equal(end.part, 'fragment', JSON.stringify(params));
      t.equal(end.told.error ?? null, error, JSON.stringify(params));
      t.equal(end.told.state, 'state-1');
      if (error !== null) t.equal(end.login, undefined, 'the person was not asked');
      t.notOk('refresh_token' in end.told, 'RFC 6749 §4.2.2: no refresh token in an authorization response');
    }
    const unknown = await new Person(server).authorize(client, { params: { response_type: 'nonsense' } });
    t.match(unknown, { at: 'client', part: 'query', told: { error: 'unsupported_response_type', state: 'state-1' } });
  },
);

t.test('any state is returned unchanged, in answers and in errors', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const state = 'a+b c%20d&e=f#g"h/ü~\u{1f511}';
  const reject = { error: 'access_denied', error_description: 'no "way" at 100%' };
  for (const params of [
    { state },
    { state, response_type: 'id_token token' },
    { state, response_type: 'code id_token' },
    { state, response_mode: 'fragment' },
  ]) {
    const answer = await new Person(server).authorize(client, { params });
    t.equal(answer.told.state, state);
    t.match(answer.told.scope ?? 'openid offline photos.read', /^openid offline photos\.read$/);
    const error = await new Person(server).authorize(client, { params, consent: { reject } });
    t.match(error.told, { ...reject, state });
    t.match(answer.url + error.url, /^[\x21-\x7e]+$/);
  }
  const without = await new Person(server).authorize(client, { params: { state: null, scope: 'videos' } });
  t.notOk('state' in without.told, 'no state was sent');
});

t.test('the requested response mode is used, unless it would put a token into the query', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const modeOf = async (params: Record<string, string>) =>
    (await new Person(server).authorize(client, { params })).part;
  t.equal(await modeOf({ response_mode: 'query' }), 'query');
  t.equal(await modeOf({ response_mode: 'fragment' }), 'fragment');
  t.equal(await modeOf({ response_mode: 'fragment', scope: 'videos' }), 'fragment', 'errors too');
  const bad = await new Person(server).authorize(client, {
    params: { response_type: 'token', response_mode: 'query' },
  });
  t.match(bad, { part: 'fragment', told: { error: 'invalid_request' } });
  const alice = new Person(server);
  const held = await alice.authorize(client, { params: { response_mode: 'form_post' }, consent: 'hold' });
  const path = `/oauth2/auth/requests/consent/${held.consent?.challenge}/accept`;
  const accepted = await server.admin(`PUT ${path}`, { json: { grant_scope: ['openid'] } });
  const form = await alice.open((accepted.json as { redirect_to: string }).redirect_to);
  t.match(form, { status: 200, headers: { 'content-type': /html/ }, text: /action="https:\/\/shop\.example\/cb"/ });
  for (const name of ['code', 'state', 'iss']) t.match(form.text, `<input type="hidden" name="${name}" value="`);
});
