// Introspection, revocation, and removal of expired rows (RFC 7662, RFC 7009).
import { epochSeconds, seconds } from '@claviger/core';
import t from 'tap';
import { authorizeUrl, givenAClient, givenTokens, introspect, refresh, Visit } from './support/given-a-flow.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { basic, json, post } from './support/wire.ts';

t.test('revoking either token revokes the whole grant, and another client cannot do it (RFC 7009 §2)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const other = await givenAClient(given, 'other');
  const { revoke, token } = given.provider.endpoints;
  for (const which of ['access', 'refresh'] as const) {
    const tokens = await givenTokens(given, client);
    const foreign = await post(revoke, { token: tokens[which] }, other.auth);
    t.strictSame([foreign.status, foreign.body], [200, '{}']);
    t.equal((await introspect(given, tokens.access)).active, true);
    t.equal((await post(revoke, { token: tokens[which], token_type_hint: 'nonsense' }, client.auth)).status, 200);
    t.strictSame(await introspect(given, tokens.access), { active: false });
    t.strictSame(await introspect(given, tokens.refresh), { active: false });
    t.equal((await post(revoke, { token: tokens[which] }, client.auth)).status, 200, 'again');
  }
  const own = async () =>
    String(json(await post(token, { grant_type: 'client_credentials' }, client.auth)).access_token);
  const [one, two] = [await own(), await own()];
  await post(revoke, { token: one }, client.auth);
  t.equal((await introspect(given, one)).active, false);
  t.equal((await introspect(given, two)).active, true, "a client's own token is revoked alone");
  t.equal((await post(revoke, { token: two })).status, 401);
  t.equal((await post(revoke, { token: two }, basic('shop', 'wrong'))).status, 401);
  t.equal((await post(revoke, {}, client.auth)).status, 400);
});

t.test(
  'introspection: active means unaltered, live, of an existing client, and with all the given scopes',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given, 'shop', { scope: 'docs.* openid offline photos.read' });
    const tokens = await givenTokens(given, client);
    const own = String(
      json(
        await post(given.provider.endpoints.token, { grant_type: 'client_credentials', scope: 'docs.*' }, client.auth),
      ).access_token,
    );
    const active = async (token: string, scope = ''): Promise<unknown> =>
      json(await post(given.provider.endpoints.introspect, { token, scope })).active;
    const code = await new Visit(given).code(authorizeUrl(client));
    const [head = '', mac = ''] = tokens.access.split('.');
    const cases: readonly [string, string, string, boolean][] = [
      ['access', tokens.access, '', true],
      ['refresh', tokens.refresh, '', true],
      ['scope held', tokens.access, 'openid photos.read', true],
      ['scope not held', tokens.access, 'openid photos.write', false],
      ['wildcard child', own, 'docs.read', true],
      ['wildcard parent', own, 'docs', false],
      ['code', code, '', false],
      ['ID token', tokens.id, '', false],
      ['changed body', `${head.slice(0, -1)}${head.endsWith('A') ? 'B' : 'A'}.${mac}`, '', false],
      ['changed MAC', `${head}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'E' : 'A'}`, '', false],
      ['no MAC', head, '', false],
      ['no body', `.${mac}`, '', false],
      ['another kind', tokens.access.replace('clv_at_', 'clv_rt_'), '', false],
      ['empty', '', '', false],
    ];
    for (const [name, token, scope, want] of cases) t.equal(await active(token, scope), want, name);
    given.wait(1);
    await given.provider.admin.deleteClient('shop');
    for (const token of [tokens.access, tokens.refresh, own])
      t.equal(await active(token), false, 'the client was deleted');
    await givenAClient(given, 'shop');
    for (const token of [tokens.access, tokens.refresh, own])
      t.equal(await active(token), false, 'a new client with that id does not revive it');
  },
);

t.test('flush removes expired rows only', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const tokens = await givenTokens(given, client);
  t.equal(await given.provider.admin.flush(null), 0);
  given.wait(3601);
  t.equal(await given.provider.admin.flush(epochSeconds(startOfTime - 1)), 0, 'notAfter');
  t.equal(await given.provider.admin.flush(null), 2, 'the code and the access token');
  t.equal((await refresh(given, client, tokens.refresh)).status, 200);
});

t.test('the cleaner removes expired rows in batches, one node at a time', async (t) => {
  const given = givenAProvider({
    flowLifespan: seconds(10),
    authCodeLifespan: seconds(10),
    accessTokenLifespan: seconds(10),
  });
  const client = await givenAClient(given);
  const { cleanExpired } = given.provider.admin;
  for (const _ of [1, 2, 3]) await givenTokens(given, client);
  const nothing = { outcome: 'cleaned', flows: 0, loginSessions: 0, consents: 0, tokens: 0, leases: 0 };
  const first = await cleanExpired({ limit: 2, holder: 'one' });
  t.strictSame(first, { ...nothing, leases: 1 }, 'the lease for the first key has ended');
  t.strictSame(await cleanExpired({ limit: 2, holder: 'two' }), { outcome: 'lease-not-acquired' });
  given.wait(10);
  t.match(await cleanExpired({ limit: 2, holder: 'one' }), { flows: 2, tokens: 2 });
  t.match(await cleanExpired({ limit: 2, holder: 'one' }), { flows: 1, tokens: 2 });
  t.match(
    await cleanExpired({ limit: 2, holder: 'one' }),
    { flows: 0, tokens: 2 },
    'three codes and three access tokens',
  );
  t.strictSame(await cleanExpired({ limit: 2, holder: 'one' }), nothing, 'rows that the refresh tokens need stay');
  given.wait(60);
  t.match(await cleanExpired({ limit: 2, holder: 'two' }), { outcome: 'cleaned' }, 'the lease has ended');
});
