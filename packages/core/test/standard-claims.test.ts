// Where the claims of a scope or of the `claims` parameter appear: OpenID Connect Core §5.4, §5.5.
import t from 'tap';
import type { ProposedMetadata } from '../src/index.ts';
import { authorizeUrl, givenAClient, redeem, refresh, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { get, json, location } from './support/wire.ts';

const said = { name: 'Alice', email: 'a@example.com', email_verified: true, role: 'admin', nickname: 'Al' };
const session = { accessToken: {}, idToken: said };
const scope = 'openid offline email';

const saidIn = (jwt: unknown): readonly string[] => {
  const claims = JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString());
  return Object.keys(said).filter((name) => name in claims);
};

const everything: Partial<ProposedMetadata> = {
  scope,
  grantTypes: ['authorization_code', 'implicit', 'refresh_token'],
  responseTypes: ['code', 'id_token', 'id_token token', 'code id_token'],
};

const idTokens = async (
  server: 'both' | 'userinfo',
  standardClaims: string | null,
  change: Record<string, string> = {},
) => {
  const given = givenAProvider({ standardClaims: server });
  const client = await givenAClient(given, 'shop', { ...everything, standardClaims });
  const answer = location(await new Visit(given).run(authorizeUrl(client, { scope, ...change }), {}, { session }));
  const direct = new URLSearchParams(answer.hash.slice(1));
  const code = answer.searchParams.get('code') ?? direct.get('code');
  const found: Record<string, readonly string[]> = {};
  if (direct.has('id_token')) found.direct = saidIn(direct.get('id_token'));
  if (code === null) return found;
  const tokens = json(await redeem(given, client, code));
  found.exchanged = saidIn(tokens.id_token);
  const refreshed = json(await refresh(given, client, String(tokens.refresh_token)));
  found.refreshed = saidIn(refreshed.id_token);
  const bearer = { authorization: `Bearer ${String(refreshed.access_token)}` };
  const userinfo = json(await get(given.provider.endpoints.userinfo, '/userinfo', bearer));
  t.match(userinfo, said, 'userinfo has all of them');
  return found;
};

const all = Object.keys(said);
const others = ['name', 'role', 'nickname'];

t.test('by default the consent app decides: its claims are in ID tokens and at userinfo', async (t) => {
  t.strictSame(await idTokens('both', null), { exchanged: all, refreshed: all });
});

t.test('a setting or a client can move the claims of granted scopes to userinfo; other claims stay', async (t) => {
  t.strictSame(await idTokens('userinfo', null), { exchanged: others, refreshed: others });
  t.strictSame(await idTokens('both', 'userinfo'), { exchanged: others, refreshed: others });
  t.strictSame(await idTokens('userinfo', 'both'), { exchanged: all, refreshed: all });
});

t.test('the claims parameter says where a claim appears', async (t) => {
  const claims = JSON.stringify({ userinfo: { nickname: null, email: null }, id_token: { email: null } });
  const expected = ['name', 'email', 'role'];
  t.strictSame(await idTokens('userinfo', null, { claims }), { exchanged: expected, refreshed: expected });
});

t.test('an ID token without an access token has all claims; a hybrid one does not', async (t) => {
  t.strictSame(await idTokens('userinfo', null, { response_type: 'id_token' }), { direct: all });
  t.strictSame(await idTokens('userinfo', null, { response_type: 'id_token token' }), { direct: others });
  const hybrid = await idTokens('userinfo', null, { response_type: 'code id_token' });
  t.strictSame(hybrid, { direct: others, exchanged: others, refreshed: others });
});
