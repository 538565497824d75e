// The claims parameter (OpenID Connect Core §5.5), and metadata that supplies default parameters.
import t from 'tap';
import { requestedClaims } from '../src/index.ts';
import { authorizeUrl, challengeIn, givenAClient, redeem, Visit } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider } from './support/given-a-provider.ts';
import { Browser, json, location } from './support/wire.ts';

const errorOf = async (given: GivenProvider, url: string, visit = new Visit(given)): Promise<string | null> =>
  location(await visit.browser.visit(url)).searchParams.get('error');

const withClaims = (claims: object, change: Record<string, string> = {}): string =>
  authorizeUrl({ id: 'shop' }, { claims: JSON.stringify(claims), ...change });

t.test('the login and consent apps see the claims parameter as it was sent', async (t) => {
  const given = givenAProvider();
  await givenAClient(given);
  const claims = {
    userinfo: { email: { essential: true }, 'https://claims.example/x': null },
    id_token: { email: null, auth_time: { essential: true }, acr: { values: ['gold', 'silver'] } },
    later: { something: 1 },
  };
  const visit = new Visit(given);
  const challenge = await visit.begin(withClaims(claims, { claims_locales: 'de en', acr_values: 'silver bronze' }));
  const login = await given.provider.admin.getLoginRequest(challenge);
  t.strictSame(login?.flow.request.context, {
    acrValues: ['silver', 'bronze', 'gold'],
    uiLocales: [],
    display: null,
    loginHint: null,
    idTokenHintClaims: null,
    claims,
    claimsLocales: ['de', 'en'],
  });
  t.strictSame(requestedClaims(claims), ['email', 'https://claims.example/x', 'auth_time', 'acr']);
  const back = await visit.acceptLogin(challenge);
  const consent = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  t.strictSame((await given.provider.admin.getConsentRequest(consent))?.flow.request.context.claims, claims);
});

t.test('a malformed claims parameter is refused, and the hint says what is wrong', async (t) => {
  const given = givenAProvider();
  await givenAClient(given);
  const deep = `{"id_token":{"x":{"value":${'['.repeat(20)}${']'.repeat(20)}}}}`;
  const bad: readonly [string, RegExp][] = [
    ['nonsense', /JSON/],
    ['[]', /object/],
    ['null', /object/],
    ['"x"', /object/],
    ['{"id_token":[]}', /id_token/],
    ['{"userinfo":null}', /userinfo/],
    ['{"id_token":{"email":true}}', /id_token\.email/],
    ['{"id_token":{"email":[]}}', /id_token\.email/],
    ['{"id_token":{"email":{"essential":"yes"}}}', /email\.essential/],
    ['{"id_token":{"email":{"values":"x"}}}', /email\.values/],
    [deep, /levels/],
    [`{"x":${'['.repeat(2000)}${']'.repeat(2000)}}`, /levels/],
  ];
  for (const [claims, hint] of bad) {
    const to = location(
      await new Browser(given.provider.endpoints.authorize).visit(authorizeUrl({ id: 'shop' }, { claims })),
    );
    t.equal(to.searchParams.get('error'), 'invalid_request', claims.slice(0, 50));
    t.match(to.searchParams.get('error_hint'), hint, claims.slice(0, 50));
  }
  for (const claims of ['{}', '{"id_token":{}}', '{"id_token":{"email":{}}}', '{"userinfo":{"__proto__":null}}']) {
    t.ok(await new Visit(given).begin(authorizeUrl({ id: 'shop' }, { claims })), claims);
  }
});

t.test('a subject that the ID token must have (OpenID Connect Core §5.5.1)', async (t) => {
  const given = givenAProvider();
  await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl({ id: 'shop' }), { remember: true }, { remember: true });
  const asked = (sub: object) => ({ id_token: { sub } });
  const skips = async (sub: object) =>
    (await given.provider.admin.getLoginRequest(await visit.begin(withClaims(asked(sub)))))?.flow.login.skip;
  t.equal(await skips({ value: 'alice' }), true);
  t.equal(await skips({ values: ['bob', 'alice'] }), true);
  t.equal(await skips({ essential: true }), true);
  t.equal(await skips({ value: 'bob' }), false, 'another person is asked to log in');
  const silent = async (value: string) =>
    errorOf(given, await visit.acceptLogin(await visit.begin(withClaims(asked({ value }), { prompt: 'none' }))), visit);
  t.equal(await silent('bob'), 'login_required');
  t.equal(await silent('alice'), null);

  const stranger = new Visit(given);
  const back = await stranger.acceptLogin(await stranger.begin(withClaims(asked({ value: 'bob' }))));
  t.equal(await errorOf(given, back, stranger), 'login_required', 'alice logged in, but the client asked for bob');
  const bob = new Visit(given);
  t.ok(await bob.code(withClaims(asked({ value: 'bob' })), { subject: 'bob' }));
});

t.test('an acr that the login must reach (OpenID Connect Core §5.5.1.1)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const gold = { id_token: { acr: { essential: true, values: ['gold'] } } };
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true, acr: 'silver' }, { remember: true });
  t.equal(await errorOf(given, withClaims(gold, { prompt: 'none' }), visit), 'login_required');
  const login = await given.provider.admin.getLoginRequest(await visit.begin(withClaims(gold)));
  t.equal(login?.flow.login.skip, false, 'the remembered login did not reach the acr');

  const errorAfter = async (url: string, acr: string, session: string | undefined) => {
    const idToken = session === undefined ? {} : { acr: session };
    const reply = await new Visit(given).run(url, { acr }, { session: { accessToken: {}, idToken } });
    return location(reply).searchParams.get('error');
  };
  t.equal(await errorAfter(withClaims(gold), 'silver', undefined), 'unmet_authentication_requirements');
  t.equal(await errorAfter(withClaims(gold), '', undefined), 'unmet_authentication_requirements');
  t.equal(await errorAfter(withClaims(gold), 'gold', undefined), null);
  t.equal(await errorAfter(withClaims(gold), '', 'gold'), null, 'the consent app may set the acr too');
  const wish = { id_token: { acr: { values: ['gold'] } } };
  t.equal(await errorAfter(withClaims(wish), 'silver', undefined), null, 'the acr is voluntary');
  t.equal(await errorAfter(withClaims({ id_token: { acr: { essential: true } } }), '', undefined), null);

  const again = new Visit(given);
  await again.run(withClaims(gold), { remember: true, acr: 'gold' });
  t.equal(await errorOf(given, withClaims(gold, { prompt: 'none' }), again), null, 'the acr is remembered');
});

t.test('a remembered consent covers only the claims that were requested when it was given', async (t) => {
  const given = givenAProvider();
  await givenAClient(given);
  const visit = new Visit(given);
  const email = { userinfo: { email: null } };
  await visit.run(authorizeUrl({ id: 'shop' }), { remember: true }, { remember: true });
  const skips = async (claims: object): Promise<boolean | undefined> => {
    const back = await visit.acceptLogin(await visit.begin(withClaims(claims)));
    const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
    return (await given.provider.admin.getConsentRequest(challenge))?.flow.consent?.skip;
  };
  t.equal(await skips(email), false, 'the consent did not cover the email address');
  const silently = await visit.acceptLogin(await visit.begin(withClaims(email, { prompt: 'none' })));
  t.equal(await errorOf(given, silently, visit), 'consent_required');
  t.equal(await skips({ id_token: { sub: null, acr: null, amr: null, auth_time: { essential: true } } }), true);
  t.equal(await skips({}), true);

  await visit.run(withClaims(email), {}, { remember: true });
  t.equal(await skips(email), true);
  t.equal(await skips({ id_token: { email: { essential: true } } }), true, 'regardless of where the claim appears');
  t.equal(await skips({ userinfo: { email: null, phone_number: null } }), false);
});

t.test('default_max_age and default_acr_values replace missing parameters', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', { defaultMaxAge: 100, defaultAcrValues: ['gold'] });
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true });
  given.wait(101);
  const seen = async (change: Record<string, string>) =>
    (await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client, change))))?.flow;
  t.equal((await seen({}))?.login.skip, false);
  t.equal((await seen({ max_age: '200' }))?.login.skip, true);
  t.strictSame((await seen({}))?.request.context.acrValues, ['gold']);
  t.strictSame((await seen({ acr_values: 'silver' }))?.request.context.acrValues, ['silver']);
  const wished = { claims: '{"id_token":{"acr":{"value":"bronze"}}}' };
  t.strictSame((await seen(wished))?.request.context.acrValues, ['bronze']);
  const none = await givenAClient(given, 'now', { defaultMaxAge: 0, requireAuthTime: true });
  const asked = await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(none)));
  t.equal(asked?.flow.login.skip, false, '0 is a value: log in now');
  const body = json(await redeem(given, none, await visit.code(authorizeUrl(none))));
  const [, claims = ''] = String(body.id_token).split('.');
  t.type(JSON.parse(Buffer.from(claims, 'base64url').toString()).auth_time, 'number');
});

t.test('several prompt values in one request (OpenID Connect Core §3.1.2.1)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true }, { remember: true });
  for (const [prompt, login, consent] of [
    ['login consent', false, false],
    ['login', false, true],
    ['consent', true, false],
    ['select_account', false, true],
    ['consent select_account login', false, false],
    ['', true, true],
  ] as const) {
    const { admin } = given.provider;
    const begun = await visit.begin(authorizeUrl(client, { prompt }));
    t.equal((await admin.getLoginRequest(begun))?.flow.login.skip, login, `login after ${prompt}`);
    const back = await visit.acceptLogin(begun, login ? {} : { remember: true });
    const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
    t.equal((await admin.getConsentRequest(challenge))?.flow.consent?.skip, consent, `consent after ${prompt}`);
  }
});
