// Introspection on the public listener: what each caller learns about a token (RFC 7662 §2, §4).
import { StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { authorizeUrl, type GivenClient, givenAClient, redeem, Visit } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { json, post } from './support/wire.ts';

const ask = async (
  { provider }: GivenProvider,
  client: Pick<GivenClient, 'auth'>,
  token: string,
  change: Readonly<Record<string, string>> = {},
) => {
  const reply = await post(provider.endpoints.introspectAsClient, { token, ...change }, client.auth);
  t.equal(reply.headers['cache-control'], 'no-store');
  return { status: reply.status, body: json(reply) };
};

const session = { accessToken: { tier: 'gold' }, idToken: {} };

/** Tokens of the client for the person, meant for the API called `photos`. */
const tokensFor = async (given: GivenProvider, client: GivenClient) => {
  const consent = { grantedAudience: ['photos'], session };
  const code = await new Visit(given).code(authorizeUrl(client, { audience: 'photos' }), {}, consent);
  const { access_token: access, refresh_token: refresh } = json(await redeem(given, client, code));
  return { access: String(access), refresh: String(refresh) };
};

t.test(
  'a client can inspect its own tokens, an API can inspect tokens for its audience, and nobody else learns anything',
  async (t) => {
    const given = givenAProvider();
    const shop = await givenAClient(given, 'shop', { audience: ['photos'] });
    const photos = await givenAClient(given, 'photos');
    const other = await givenAClient(given, 'other', { audience: ['photos'] });
    const tokens = await tokensFor(given, shop);
    const seen = {
      active: true,
      scope: 'openid offline photos.read',
      client_id: 'shop',
      aud: ['photos'],
      sub: 'alice',
      exp: startOfTime + 3600,
      iat: startOfTime,
      iss: 'http://127.0.0.1:4444/',
      token_type: 'access_token',
    };
    t.strictSame(await ask(given, shop, tokens.access), { status: 200, body: seen }, 'without the members for APIs');
    t.strictSame((await ask(given, photos, tokens.access)).body, { ...seen, ext: { tier: 'gold' } });
    t.match((await ask(given, shop, tokens.refresh)).body, { active: true, token_type: 'refresh_token' });
    const nothing = { status: 200, body: { active: false } };
    t.strictSame(await ask(given, photos, tokens.refresh), nothing, 'an API learns nothing about refresh tokens');
    for (const token of Object.values(tokens)) {
      t.strictSame(await ask(given, other, token), nothing, 'the answer is the same as for a made-up token');
    }
    t.strictSame(await ask(given, other, 'no-token-at-all'), nothing);
    t.strictSame(await ask(given, shop, tokens.access, { scope: 'photos.write' }), nothing, 'a scope that it lacks');
    t.match((await ask(given, photos, tokens.access, { scope: 'photos.read' })).body, { active: true });

    const own = { grant_type: 'client_credentials', audience: 'photos' };
    const token = String(json(await post(given.provider.endpoints.token, own, shop.auth)).access_token);
    t.match((await ask(given, shop, token)).body, { active: true, sub: 'shop' });
    t.match((await ask(given, photos, token)).body, { active: true, sub: 'shop', client_id: 'shop' });
    t.strictSame(await ask(given, other, token), nothing);
  },
);

t.test('a token without an audience can be inspected by its own client only', async (t) => {
  const given = givenAProvider();
  const shop = await givenAClient(given, 'shop');
  const photos = await givenAClient(given, 'photos');
  const form = { grant_type: 'client_credentials' };
  const token = String(json(await post(given.provider.endpoints.token, form, shop.auth)).access_token);
  t.equal((await ask(given, shop, token)).body.active, true);
  t.equal((await ask(given, photos, token)).body.active, false);
});

t.test('a caller that does not authenticate learns nothing, even about its own tokens', async (t) => {
  const given = givenAProvider();
  const shop = await givenAClient(given, 'shop', { audience: ['photos'] });
  const app = await givenAClient(given, 'app', { tokenEndpointAuthMethod: 'none' });
  const { access } = await tokensFor(given, shop);
  const { introspectAsClient } = given.provider.endpoints;
  const attempts: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
    ['nothing', {}, {}],
    ['an id alone', { client_id: 'shop' }, {}],
    ['a wrong secret', { client_id: 'shop', client_secret: 'wrong' }, {}],
    ['the token itself', {}, { authorization: `Bearer ${access}` }],
    ['a public client', { client_id: app.id }, {}],
  ];
  for (const [name, form, headers] of attempts) {
    const reply = await post(introspectAsClient, { token: access, ...form }, headers);
    t.equal(reply.status, 401, name);
    t.equal(json(reply).error, 'invalid_client', name);
    t.match(reply.headers['www-authenticate'], /^Basic /, name);
    t.notOk('active' in json(reply), name);
  }
  t.match(await ask(given, shop, ''), { status: 400, body: { error: 'invalid_request' } });
});

t.test('each caller gets its own subject identifier of the person (OpenID Connect Core §8)', async (t) => {
  const given = givenAProvider({ subjectTypes: ['public', 'pairwise'], pairwiseSalt: 'a salt of many bytes' });
  const pairwise = { subjectType: 'pairwise' };
  const shop = await givenAClient(given, 'shop', { ...pairwise, audience: ['photos', 'mails'] });
  const photos = await givenAClient(given, 'photos', { ...pairwise, redirectUris: ['https://photos.example/cb'] });
  const mails = await givenAClient(given, 'mails');
  const consent = { grantedAudience: ['photos', 'mails'] };
  const code = await new Visit(given).code(authorizeUrl(shop, { audience: 'photos mails' }), {}, consent);
  const token = String(json(await redeem(given, shop, code)).access_token);
  const answers = [];
  for (const client of [shop, photos, mails]) answers.push((await ask(given, client, token)).body);
  const names = answers.map(({ sub }) => sub);
  t.equal(new Set(names).size, 3);
  t.match(names, [/^[0-9a-f]{64}$/, /^[0-9a-f]{64}$/, 'alice']);
  for (const answer of answers) t.notOk('obfuscated_subject' in answer);
});

t.test('an unavailable store is reported as such', async (t) => {
  const stores = memoryStores();
  const given = givenAProvider({}, { stores });
  const shop = await givenAClient(given, 'shop', { audience: ['photos'] });
  const { access } = await tokensFor(given, shop);
  stores.tokens.findToken = () => Promise.reject(new StoreUnavailable('tokens', null));
  t.match(await ask(given, shop, access), { status: 503, body: { error: 'temporarily_unavailable' } });
});
