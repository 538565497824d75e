// Refresh tokens: rotation, grace, reuse, and narrower scopes (RFC 6749 §6, RFC 9700 §4.14.2).
import { type SigningKeys, seconds } from '@claviger/core';
import t from 'tap';
import { authorizeUrl, givenAClient, givenTokens, introspect, redeem, refresh, Visit } from './support/given-a-flow.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { json } from './support/wire.ts';

t.test('a refresh rotates: the new pair is active, and the old access and refresh tokens are not', async (t) => {
  const given = givenAProvider({ refreshGrace: seconds(0) });
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  given.wait(10);
  const reply = await refresh(given, client, first.refresh);
  t.equal(reply.status, 200);
  const second = json(reply);
  t.match(second, { scope: 'openid offline photos.read', expires_in: 3600, token_type: 'bearer' });
  t.strictSame(await introspect(given, first.access), { active: false });
  t.strictSame(await introspect(given, first.refresh), { active: false });
  t.match(await introspect(given, String(second.access_token)), { active: true, token_type: 'access_token' });
  t.match(await introspect(given, String(second.refresh_token)), {
    active: true,
    token_type: 'refresh_token',
    exp: startOfTime + 10 + 720 * 3600,
  });
  t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
  t.strictSame(
    await introspect(given, String(second.access_token)),
    { active: false },
    'RFC 9700 §4.14.2: reuse revokes the grant',
  );
  t.equal(json(await refresh(given, client, String(second.refresh_token))).error, 'invalid_grant');
});

t.test('within the grace a repeated refresh gets the same successors; later reuse revokes the grant', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  const second = json(await refresh(given, client, first.refresh));
  given.wait(29);
  const repeated = json(await refresh(given, client, first.refresh));
  t.equal(repeated.access_token, second.access_token);
  t.equal(repeated.refresh_token, second.refresh_token);
  t.equal(repeated.expires_in, 3571);
  t.match(await introspect(given, String(second.access_token)), { active: true });
  const parallel = await Promise.all(
    Array.from({ length: 20 }, () => refresh(given, client, String(second.refresh_token))),
  );
  t.equal(
    new Set(parallel.map((reply) => json(reply).refresh_token)).size,
    1,
    '20 concurrent requests get one successor',
  );
  given.wait(1);
  t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
  t.strictSame(await introspect(given, String(parallel.map(json)[0]?.access_token)), { active: false });
});

t.test('a repeat has the same scope and never outlives the access token that it repeats', async (t) => {
  const given = givenAProvider({ accessTokenLifespan: seconds(5) });
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  await refresh(given, client, first.refresh);
  t.equal(json(await refresh(given, client, first.refresh, { scope: 'openid' })).error, 'invalid_scope');
  given.wait(4);
  t.equal(json(await refresh(given, client, first.refresh)).expires_in, 1);
  given.wait(1);
  t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
});

t.test(
  'once a successor was used, using its predecessor is a reuse, even within the grace (RFC 9700 §4.14.2)',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const first = await givenTokens(given, client);
    const second = json(await refresh(given, client, first.refresh));
    const third = json(await refresh(given, client, String(second.refresh_token)));
    t.equal(json(await refresh(given, client, first.refresh)).error, 'invalid_grant');
    t.strictSame(await introspect(given, String(third.access_token)), { active: false });
  },
);

t.test('a key that cannot sign uses up neither the code nor the refresh token', async (t) => {
  let broken = false;
  const signingKeys: SigningKeys = {
    algorithms: ['RS256'],
    prepare: async () => undefined,
    sign: async () => {
      if (broken) throw new Error('the key management service is unavailable');
      return 'a.b.c';
    },
    publicKeys: async () => [],
  };
  const given = givenAProvider({}, { signingKeys });
  const client = await givenAClient(given);
  const code = await new Visit(given).code(authorizeUrl(client));
  broken = true;
  t.equal((await redeem(given, client, code)).status, 500);
  broken = false;
  const tokens = json(await redeem(given, client, code));
  broken = true;
  t.equal((await refresh(given, client, String(tokens.refresh_token))).status, 500);
  broken = false;
  t.equal((await refresh(given, client, String(tokens.refresh_token))).status, 200);
});

t.test('a refresh may ask for less, never for more (RFC 6749 §6)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const first = await givenTokens(given, client);
  t.equal(json(await refresh(given, client, first.refresh, { scope: 'openid photos.write' })).error, 'invalid_scope');
  const less = json(await refresh(given, client, first.refresh, { scope: 'photos.read' }));
  t.equal(less.scope, 'photos.read');
  t.notOk('id_token' in less);
  t.match(await introspect(given, String(less.access_token)), { scope: 'photos.read' });
  const all = json(await refresh(given, client, String(less.refresh_token)));
  t.equal(all.scope, 'openid offline photos.read', 'the next one may ask for all of it again');
});

t.test('a refresh token is accepted only from its client, and only as a refresh token', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const other = await givenAClient(given, 'other');
  const codeOnly = await givenAClient(given, 'code-only', { grantTypes: [] });
  const tokens = await givenTokens(given, client);
  t.equal(json(await refresh(given, client, '')).error, 'invalid_request', 'RFC 6749 §5.2: missing');
  for (const bad of ['garbage', 'garbage.garbage', tokens.access, tokens.id]) {
    t.match(json(await refresh(given, client, bad)).error, 'invalid_grant', bad.slice(0, 10));
  }
  t.equal(json(await refresh(given, other, tokens.refresh)).error, 'invalid_grant');
  t.equal(json(await refresh(given, codeOnly, tokens.refresh)).error, 'unauthorized_client');
  t.equal((await refresh(given, client, tokens.refresh)).status, 200, 'the refused requests did not use it up');
});
