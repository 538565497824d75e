// Audiences: which client may request which, what a consent grants, and what the tokens say (RFC 8707, `audience` parameter).
import t from 'tap';
import {
  authorizeUrl,
  type GivenClient,
  givenAClient,
  introspect,
  redeem,
  refresh,
  Visit,
} from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider } from './support/given-a-provider.ts';
import { get, json, location, post } from './support/wire.ts';

const photos = 'https://api.example/photos';
const mails = 'https://api.example/mails';
const registered = { audience: [photos, mails, 'reports'] };
const all = { grantedAudience: [photos, mails] };

const audOf = async (given: GivenProvider, token: unknown): Promise<unknown> =>
  (await introspect(given, String(token))).aud;

/** The parameters of a request; a parameter may be repeated. */
const withResources = (url: string, ...resources: readonly string[]): string =>
  [url, ...resources.map((resource) => `resource=${encodeURIComponent(resource)}`)].join('&');

const ask = (given: GivenProvider, client: GivenClient, ...parameters: (readonly [string, string])[]) => {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  for (const [name, value] of parameters) form.append(name, value);
  return post(given.provider.endpoints.token, form, client.auth);
};

t.test('client credentials: a token has exactly the requested audience, given as a list or as resources', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', registered);
  const granted = async (...parameters: (readonly [string, string])[]) =>
    audOf(given, json(await ask(given, client, ...parameters)).access_token);
  t.equal(await granted(), undefined, 'no audience was requested');
  t.strictSame(await granted(['audience', `reports  ${photos} reports`]), ['reports', photos]);
  t.strictSame(await granted(['resource', mails]), [mails]);
  t.strictSame(await granted(['resource', mails], ['resource', ''], ['resource', photos]), [mails, photos]);
  t.strictSame(await granted(['resource', mails], ['audience', `reports ${mails}`]), ['reports', mails]);

  const refused: readonly [string, string, string, RegExp][] = [
    ['audience', 'payroll', 'invalid_request', /The audience "payroll" is not registered/],
    ['audience', `${photos}/`, 'invalid_request', /not registered/],
    ['audience', photos.toUpperCase(), 'invalid_request', /not registered/],
    [
      'resource',
      'https://api.example/payroll',
      'invalid_target',
      /The resource "https:\/\/api.example\/payroll" is not/,
    ],
    ['resource', `${photos}/1`, 'invalid_target', /not registered/],
    ['resource', `${photos}#part`, 'invalid_target', /absolute URI without a fragment/],
    ['resource', 'reports', 'invalid_target', /absolute URI/],
    ['resource', '/photos', 'invalid_target', /absolute URI/],
    ['resource', 'https://', 'invalid_target', /absolute URI/],
  ];
  for (const [name, value, error, hint] of refused) {
    const reply = await ask(given, client, [name, value]);
    t.match({ status: reply.status, ...json(reply) }, { status: 400, error, error_hint: hint }, `${name}=${value}`);
  }
  t.match(json(await ask(given, client, ['audience', photos], ['audience', mails])), { error: 'invalid_request' });
  const plain = await givenAClient(given, 'plain');
  t.match(json(await ask(given, plain, ['resource', photos])), { error: 'invalid_target' });
});

t.test('an authorization request is refused immediately if the client may not request its audience', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', registered);
  const errorFor = async (url: string): Promise<unknown> =>
    location(await new Visit(given).browser.visit(url)).searchParams.get('error');
  t.equal(await errorFor(authorizeUrl(client, { audience: `${photos} payroll` })), 'invalid_request');
  t.equal(await errorFor(withResources(authorizeUrl(client), photos, 'https://other.example/')), 'invalid_target');
  t.equal(await errorFor(withResources(authorizeUrl(client), `${photos}#x`)), 'invalid_target');
  t.equal(await errorFor(withResources(authorizeUrl(client), photos, mails)), null);
});

t.test('the consent app sees the requested audience and can grant none, some or all of it', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', registered);
  const url = withResources(authorizeUrl(client, { audience: 'reports' }), photos, mails);
  const after = async (grantedAudience?: readonly string[]): Promise<unknown> => {
    const consent = grantedAudience === undefined ? {} : { grantedAudience };
    const { access_token: token } = json(await redeem(given, client, await new Visit(given).code(url, {}, consent)));
    return audOf(given, token);
  };
  t.equal(await after(), undefined, 'an app that does not know audiences grants none');
  t.equal(await after([]), undefined);
  t.strictSame(await after([mails]), [mails]);
  t.strictSame(await after(['reports', photos, mails]), ['reports', photos, mails]);
  await t.rejects(after(['https://other.example/']), { code: 'invalid_request', hint: /grant_access_token_audience/ });

  const visit = new Visit(given);
  const back = await visit.acceptLogin(await visit.begin(url));
  const challenge = location(await visit.browser.visit(back)).searchParams.get('consent_challenge') ?? '';
  const asked = await given.provider.admin.getConsentRequest(challenge);
  t.strictSame(asked?.flow.request.audience, ['reports', photos, mails]);
});

t.test('an audience that the client lost while the person was logging in is not granted', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', registered);
  const visit = new Visit(given);
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client, { audience: 'reports' })));
  const challenge = location(await visit.browser.visit(back)).searchParams.get('consent_challenge') ?? '';
  const last = await visit.acceptConsent(challenge, { grantedAudience: ['reports'] });
  const found = await given.provider.admin.getClient('shop');
  if (!found) throw new Error('There is no client.');
  await given.provider.admin.updateClient({ id: 'shop', metadata: { ...found.metadata, audience: [] } });
  t.equal(location(await visit.browser.visit(last)).searchParams.get('error'), 'invalid_target');
});

t.test(
  'a code and a refresh token give tokens for less than was granted, never for more (RFC 8707 §2.2)',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given, 'shop', registered);
    const code = () =>
      new Visit(given).code(withResources(authorizeUrl(client, { audience: 'reports' }), photos, mails), {}, all);

    const first = await code();
    const refused = await redeem(given, client, first, { audience: 'reports' });
    t.match(json(refused), { error: 'invalid_request', error_hint: /The audience "reports" was not granted/ });
    t.match(json(await redeem(given, client, first, { resource: `${photos}/1` })), { error: 'invalid_target' });
    const narrow = json(await redeem(given, client, first, { resource: photos }));
    t.strictSame(await audOf(given, narrow.access_token), [photos], 'the refused requests did not use up the code');
    t.strictSame(
      await audOf(given, narrow.refresh_token),
      [photos, mails],
      'the refresh token keeps the whole audience',
    );

    const wide = json(await refresh(given, client, String(narrow.refresh_token)));
    t.strictSame(await audOf(given, wide.access_token), [photos, mails]);
    t.match(json(await refresh(given, client, String(wide.refresh_token), { audience: 'reports' })), {
      error: 'invalid_request',
    });
    const other = json(await refresh(given, client, String(wide.refresh_token), { audience: mails }));
    t.strictSame(await audOf(given, other.access_token), [mails]);

    const again = { refresh: String(wide.refresh_token), resource: mails };
    t.equal(json(await refresh(given, client, again.refresh, { resource: mails })).access_token, other.access_token);
    t.match(json(await refresh(given, client, again.refresh, { resource: photos })), {
      error: 'invalid_target',
      error_hint: 'The refresh token was just used for another audience.',
    });
  },
);

t.test('tokens of the implicit grant have the audience of the consent', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', {
    ...registered,
    grantTypes: ['implicit'],
    responseTypes: ['token'],
  });
  const url = authorizeUrl(client, { response_type: 'token', audience: photos });
  const reply = await new Visit(given).run(url, {}, { grantedAudience: [photos] });
  const token = new URLSearchParams(location(reply).hash.slice(1)).get('access_token');
  t.strictSame(await audOf(given, token), [photos]);
});

t.test('a remembered consent answers only for the audience that it granted', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', registered);
  const visit = new Visit(given);
  const skips = async (audience: string): Promise<boolean | undefined> => {
    const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client, { audience })));
    const challenge = location(await visit.browser.visit(back)).searchParams.get('consent_challenge') ?? '';
    return (await given.provider.admin.getConsentRequest(challenge))?.flow.consent?.skip;
  };
  await visit.run(authorizeUrl(client, { audience: photos }), {}, { grantedAudience: [photos], remember: true });
  t.equal(await skips(photos), true);
  t.equal(await skips(''), true);
  t.equal(await skips(mails), false);
  t.equal(await skips(`${photos} ${mails}`), false);
});

t.test('an audience that no request could name cannot be registered', async (t) => {
  const given = givenAProvider();
  for (const faulty of ['', 'two words', 'tab\there', '\u0001']) {
    const registering = givenAClient(given, 'shop', { audience: [photos, faulty] });
    await t.rejects(registering, { code: 'invalid_request', hint: /^audience: / }, JSON.stringify(faulty));
  }
});

const userinfo = async (given: GivenProvider, token: unknown) => {
  const reply = await get(given.provider.endpoints.userinfo, '/userinfo', { authorization: `Bearer ${String(token)}` });
  return [reply.status, json(reply).error, reply.headers['www-authenticate']];
};

const good = [200, undefined, undefined];
const foreign = [401, 'invalid_token', 'Bearer realm="claviger", error="invalid_token"'];
const tooNarrow = [403, 'insufficient_scope', 'Bearer realm="claviger", error="insufficient_scope", scope="openid"'];

for (const accessTokenStrategy of ['opaque', 'jwt'] as const) {
  t.test(`userinfo, ${accessTokenStrategy}: a token for another audience is refused`, async (t) => {
    const given = givenAProvider({ accessTokenStrategy });
    const issuer = 'http://127.0.0.1:4444/';
    const client = await givenAClient(given, 'shop', { audience: [photos, issuer, `${issuer}userinfo`] });
    const code = (granted: readonly string[]) =>
      new Visit(given).code(withResources(authorizeUrl(client), ...granted), {}, { grantedAudience: granted });
    for (const [granted, expected] of [
      [[], good],
      [[photos], foreign],
      [[photos, issuer], good],
      [[photos, `${issuer}userinfo`], good],
    ] as const) {
      const { access_token } = json(await redeem(given, client, await code(granted)));
      t.strictSame(await userinfo(given, access_token), expected, granted.join(' '));
    }
  });

  t.test(
    `${accessTokenStrategy}: a code or a refresh token gives a token for userinfo if the request names the issuer`,
    async (t) => {
      const given = givenAProvider({ accessTokenStrategy });
      const client = await givenAClient(given, 'shop', { audience: [photos] });
      const code = () =>
        new Visit(given).code(withResources(authorizeUrl(client), photos), {}, { grantedAudience: [photos] });
      for (const resource of ['http://127.0.0.1:4444/', 'http://127.0.0.1:4444']) {
        const first = json(await redeem(given, client, await code(), { resource }));
        t.strictSame(await audOf(given, first.access_token), ['http://127.0.0.1:4444/']);
        t.strictSame(await userinfo(given, first.access_token), good);
        const wide = json(await refresh(given, client, String(first.refresh_token)));
        t.strictSame(await audOf(given, wide.access_token), [photos]);
        t.strictSame(await userinfo(given, wide.access_token), foreign);
        const narrow = json(await refresh(given, client, String(wide.refresh_token), { resource }));
        t.strictSame(await userinfo(given, narrow.access_token), good);
      }
      const other = await redeem(given, client, await code(), { resource: 'http://127.0.0.1:4444/x' });
      t.match(json(other), { error: 'invalid_target' });
      const own = await ask(given, client, ['resource', 'http://127.0.0.1:4444/']);
      t.match(json(own), { error: 'invalid_target' }, 'only where a person granted something');
    },
  );

  t.test(`userinfo, ${accessTokenStrategy}: a token without openid is refused`, async (t) => {
    const given = givenAProvider({ accessTokenStrategy });
    const client = await givenAClient(given);
    const grantedScope = ['offline', 'photos.read'];
    const tokens = json(
      await redeem(given, client, await new Visit(given).code(authorizeUrl(client), {}, { grantedScope })),
    );
    t.strictSame(await userinfo(given, tokens.access_token), tooNarrow);
    const whole = json(await redeem(given, client, await new Visit(given).code(authorizeUrl(client))));
    const narrow = json(await refresh(given, client, String(whole.refresh_token), { scope: 'photos.read' }));
    t.strictSame(await userinfo(given, narrow.access_token), tooNarrow);
  });
}
