// Lifespans of tokens that an administrator sets for one client, by grant and by token.
import { goDurationText, type ProposedMetadata, parseGoDuration, seconds } from '@claviger/core';
import { decodeJwt } from 'jose';
import t from 'tap';
import { authorizeUrl, givenAClient, introspect, redeem, refresh, Visit } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { json, location, post } from './support/wire.ts';

const lifespans = {
  authorizationCodeGrantAccessTokenLifespan: seconds(60),
  authorizationCodeGrantIdTokenLifespan: seconds(120),
  authorizationCodeGrantRefreshTokenLifespan: seconds(180),
  refreshTokenGrantAccessTokenLifespan: seconds(240),
  refreshTokenGrantIdTokenLifespan: seconds(300),
  refreshTokenGrantRefreshTokenLifespan: seconds(360),
  implicitGrantAccessTokenLifespan: seconds(420),
  implicitGrantIdTokenLifespan: seconds(480),
  clientCredentialsGrantAccessTokenLifespan: seconds(540),
} satisfies Partial<ProposedMetadata>;

/** For each token of an answer, the seconds from the start of the test until it expires. */
const lifespansOf = async (given: GivenProvider, answer: Record<string, unknown>) => {
  const until = async (token: unknown) => Number((await introspect(given, String(token))).exp) - startOfTime;
  return {
    expiresIn: answer.expires_in,
    access: await until(answer.access_token),
    id: Number(decodeJwt(String(answer.id_token)).exp) - startOfTime,
    refresh: await until(answer.refresh_token),
  };
};

t.test("a client's lifespans apply by the grant that a token comes from", async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', lifespans);
  const first = json(await redeem(given, client, await new Visit(given).code(authorizeUrl(client))));
  t.strictSame(await lifespansOf(given, first), { expiresIn: 60, access: 60, id: 120, refresh: 180 });
  const second = json(await refresh(given, client, String(first.refresh_token)));
  t.strictSame(await lifespansOf(given, second), { expiresIn: 240, access: 240, id: 300, refresh: 360 });
  const form = { grant_type: 'client_credentials' };
  const own = json(await post(given.provider.endpoints.token, form, client.auth));
  t.equal(own.expires_in, 540);
  t.equal((await introspect(given, String(own.access_token))).exp, startOfTime + 540);
});

t.test('tokens of the authorization response have the lifespans of the implicit grant', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', {
    ...lifespans,
    grantTypes: ['implicit', 'authorization_code'],
    responseTypes: ['id_token token'],
  });
  const url = authorizeUrl(client, { response_type: 'id_token token', nonce: 'a-nonce-of-the-test' });
  const answer = new URLSearchParams(new URL(location(await new Visit(given).run(url))).hash.slice(1));
  t.equal(answer.get('expires_in'), '420');
  t.equal((await introspect(given, String(answer.get('access_token')))).exp, startOfTime + 420);
  t.equal(decodeJwt(String(answer.get('id_token'))).exp, startOfTime + 480);
});

t.test('a client without lifespans has those of the server', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', { authorizationCodeGrantIdTokenLifespan: seconds(90) });
  const tokens = json(await redeem(given, client, await new Visit(given).code(authorizeUrl(client))));
  const server = { expiresIn: 3600, access: 3600, refresh: 720 * 3600 };
  t.strictSame(await lifespansOf(given, tokens), { ...server, id: 90 });
});

t.test('what is signed has a limit, so that no key disappears before it; refresh tokens have none', async (t) => {
  const given = givenAProvider({ maxClientTokenLifespan: seconds(7200) });
  const member = 'authorizationCodeGrantIdTokenLifespan';
  await t.rejects(givenAClient(given, 'shop', { [member]: seconds(7201) }), {
    code: 'invalid_request',
    hint: "authorization_code_grant_id_token_lifespan must be at most 2h0m0s, the server's limit.",
  });
  await t.rejects(givenAClient(given, 'shop', { [member]: seconds(0) }), {
    code: 'invalid_request',
    hint: 'authorization_code_grant_id_token_lifespan must be at least 1s.',
  });
  await givenAClient(given, 'shop', { refreshTokenGrantRefreshTokenLifespan: seconds(90_000_000) });
});

t.test('durations are read and written as Go does', async (t) => {
  const cases: readonly (readonly [text: string, value: number | undefined, written?: string])[] = [
    ['0', 0, '0s'],
    ['1s', 1, '1s'],
    ['90s', 90, '1m30s'],
    ['1h', 3600, '1h0m0s'],
    ['1.5h', 5400, '1h30m0s'],
    ['1h30m15s', 5415, '1h30m15s'],
    ['1000ms', 1, '1s'],
    ['1000000us', 1, '1s'],
    ['1000000µs', 1, '1s'],
    ['1000000000ns', 1, '1s'],
    ['720h', 2_592_000, '720h0m0s'],
    ['876000h', 3_153_600_000, '876000h0m0s'],
    ['876000h1s', undefined],
    ['1500ms', undefined],
    ['', undefined],
    ['10', undefined],
    ['-1h', undefined],
    ['1d', undefined],
    ['1h ', undefined],
    ['h', undefined],
  ];
  for (const [text, value, written] of cases) {
    const read = parseGoDuration(text);
    t.equal(read, value, text);
    if (read !== undefined) t.equal(goDurationText(read), written, text);
  }
});
