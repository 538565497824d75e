// The authorization endpoint, over memory stores.

import { type AcceptConsent, type AcceptLogin, type JsonObject, seconds } from '@claviger/core';
import t from 'tap';
import {
  authorizeUrl,
  challengeIn,
  givenAClient,
  introspect,
  metadata,
  redeem,
  Visit,
} from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { Browser, json, location, post } from './support/wire.ts';

t.test('a person logs in and consents, and the client redeems its code once', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const reply = await visit.run(
    authorizeUrl(client),
    {},
    { session: { accessToken: { role: 'admin' }, idToken: { email: 'a@example.com' } } },
  );
  t.equal(reply.status, 302);
  t.equal(location(reply).origin + location(reply).pathname, 'https://shop.example/cb');
  t.equal(location(reply).searchParams.get('state'), 'state-1');
  t.equal(location(reply).searchParams.get('scope'), 'openid offline photos.read');
  const code = location(reply).searchParams.get('code') ?? '';
  const answer = await redeem(given, client, code);
  t.equal(answer.status, 200);
  const body = json(answer);
  t.match(body, { token_type: 'bearer', expires_in: 3600, scope: 'openid offline photos.read' });
  t.strictSame(await introspect(given, String(body.access_token)), {
    active: true,
    scope: 'openid offline photos.read',
    client_id: 'shop',
    sub: 'alice',
    exp: startOfTime + 3600,
    iat: startOfTime,
    iss: 'http://127.0.0.1:4444/',
    token_type: 'access_token',
    ext: { role: 'admin' },
  });
  const again = await redeem(given, client, code);
  t.equal(again.status, 400);
  t.equal(json(again).error, 'invalid_grant');
  t.strictSame(
    await introspect(given, String(body.access_token)),
    { active: false },
    'RFC 6749 §4.1.2: a replay revokes the tokens of the code',
  );
  t.strictSame(await introspect(given, String(body.refresh_token)), { active: false });
});

t.test('a remembered login and consent are skipped, and the session keeps its authentication time', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true }, { remember: true });
  given.wait(60);
  const challenge = await visit.begin(authorizeUrl(client));
  const login = await given.provider.admin.getLoginRequest(challenge);
  t.match(login?.flow.login, { skip: true, subject: 'alice' });
  const back = await visit.acceptLogin(challenge);
  const consentChallenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  const consent = await given.provider.admin.getConsentRequest(consentChallenge);
  t.equal(consent?.flow.consent?.skip, true);
  const reply = await visit.browser.visit(await visit.acceptConsent(consentChallenge, { remember: true }));
  t.equal((await given.provider.admin.listConsents('alice', { limit: 9, offset: 0 })).length, 1, 'remembered once');
  const body = json(await redeem(given, client, location(reply).searchParams.get('code') ?? ''));
  const [, claims = ''] = String(body.id_token).split('.');
  t.match(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
    auth_time: startOfTime,
    rat: startOfTime + 60,
    nonce: 'nonce-1',
  });
});

t.test('a skipped login may not name another subject and continues with the remembered one', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true });
  const challenge = await visit.begin(authorizeUrl(client));
  await t.rejects(visit.acceptLogin(challenge, { subject: 'mallory' }), { code: 'invalid_request' });
  const session = visit.browser.cookies.get('oauth2_authentication_session');
  await visit.browser.visit(await visit.acceptLogin(challenge, { remember: true, rememberFor: seconds(9_999_999) }));
  t.equal(visit.browser.cookies.get('oauth2_authentication_session'), session);
});

t.test('a login that is not remembered ends the session that the browser had', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true });
  await visit.run(authorizeUrl(client, { prompt: 'login' }));
  t.notOk(visit.browser.cookies.has('oauth2_authentication_session'));
  const login = await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client)));
  t.equal(login?.flow.login.skip, false);
});

t.test(
  'a remembered login ends when it expires or an administrator revokes it, even in the middle of a flow',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const visit = new Visit(given);
    const skips = async (): Promise<boolean | undefined> =>
      (await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client))))?.flow.login.skip;
    await visit.run(authorizeUrl(client), { remember: true, rememberFor: seconds(100) });
    given.wait(99);
    t.equal(await skips(), true);
    given.wait(1);
    t.equal(await skips(), false);
    await visit.run(authorizeUrl(client), { remember: true });
    const challenge = await visit.begin(authorizeUrl(client));
    const back = await visit.acceptLogin(challenge);
    t.equal(await given.provider.admin.revokeLoginSessions('alice'), 1);
    t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'login_required');
    t.equal(await skips(), false);
    t.equal(await given.provider.admin.revokeLoginSessions('alice'), 0);
  },
);

t.test('prompt and max_age decide whether a remembered login is enough (OpenID Connect Core §3.1.2.1)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const error = async (change: Record<string, string>): Promise<string | null> =>
    location(await visit.browser.visit(authorizeUrl(client, change))).searchParams.get('error');
  const skips = async (change: Record<string, string>): Promise<boolean | undefined> =>
    (await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client, change))))?.flow.login.skip;
  t.equal(await error({ prompt: 'none' }), 'login_required');
  await visit.run(authorizeUrl(client), { remember: true });
  given.wait(100);
  const cases: readonly [Record<string, string>, boolean][] = [
    [{}, true],
    [{ prompt: 'none' }, true],
    [{ prompt: 'consent' }, true],
    [{ prompt: 'login' }, false],
    [{ prompt: 'select_account' }, false],
    [{ max_age: '100' }, true],
    [{ max_age: '99' }, false],
    [{ max_age: '0' }, false],
  ];
  for (const [change, want] of cases) t.equal(await skips(change), want, JSON.stringify(change));
  t.equal(await error({ prompt: 'none', max_age: '99' }), 'consent_required', 'the consent comes first');
  for (const change of [
    { prompt: 'nonsense' },
    { prompt: 'none login' },
    { prompt: 'Login' },
    { max_age: '-1' },
    { max_age: 'x' },
    { max_age: '1.5' },
  ]) {
    t.equal(await error(change), 'invalid_request', JSON.stringify(change));
  }
});

t.test('prompt=none needs a remembered consent', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true });
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client, { prompt: 'none' })));
  t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'consent_required');
  t.equal(
    location(await visit.browser.visit(back)).searchParams.get('error'),
    'invalid_request',
    'the verifier is used up',
  );
});

t.test(
  'consent is asked again for more scope, for a public client, and after it was revoked or has expired',
  async (t) => {
    const given = givenAProvider({ requirePkce: false });
    const client = await givenAClient(given);
    const app = await givenAClient(given, 'app', { tokenEndpointAuthMethod: 'none', redirectUris: ['app:/cb'] });
    const visit = new Visit(given);
    const skips = async (url: string): Promise<boolean | undefined> => {
      const back = await visit.acceptLogin(await visit.begin(url));
      const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
      return (await given.provider.admin.getConsentRequest(challenge))?.flow.consent?.skip;
    };
    await visit.run(authorizeUrl(client), { remember: true }, { remember: true, rememberFor: seconds(1000) });
    t.equal(await skips(authorizeUrl(client)), true);
    t.equal(await skips(authorizeUrl(client, { scope: 'openid' })), true);
    t.equal(await skips(authorizeUrl(client, { scope: 'openid photos.write' })), false);
    t.equal(await skips(authorizeUrl(client, { prompt: 'consent' })), false);
    await visit.run(authorizeUrl(app, { redirect_uri: 'app:/cb' }), {}, { remember: true });
    t.equal(await skips(authorizeUrl(app, { redirect_uri: 'app:/cb' })), false, 'RFC 8252 §8.6');
    given.wait(1000);
    t.equal(await skips(authorizeUrl(client)), false);
    await visit.run(authorizeUrl(client), {}, { remember: true });
    t.equal(await skips(authorizeUrl(client)), true);
    t.ok((await given.provider.admin.revokeConsents({ subject: 'alice', clientId: 'shop' })) > 0);
    t.equal(await skips(authorizeUrl(client)), false);
  },
);

t.test('only the browser that began a flow may continue it, and another browser cannot end it', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const stranger = new Visit(given);
  await stranger.begin(authorizeUrl(client));
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
  for (const browser of [stranger.browser, new Browser(given.provider.endpoints.authorize)]) {
    t.equal(location(await browser.visit(back)).searchParams.get('error'), 'request_forbidden');
  }
  const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  const consented = await visit.acceptConsent(challenge);
  t.equal(location(await stranger.browser.visit(consented)).searchParams.get('error'), 'request_forbidden');
  t.ok(location(await visit.browser.visit(consented)).searchParams.get('code'));
});

t.test('two tabs of one browser do not interfere with each other', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const first = await visit.begin(authorizeUrl(client, { state: 'first' }));
  const second = await visit.begin(authorizeUrl(client, { state: 'second' }));
  const consents = [];
  for (const challenge of [first, second]) {
    consents.push(challengeIn(await visit.browser.visit(await visit.acceptLogin(challenge)), 'consent_challenge'));
  }
  const states = [];
  for (const challenge of consents) {
    states.push(location(await visit.browser.visit(await visit.acceptConsent(challenge))).searchParams.get('state'));
  }
  t.strictSame(states, ['first', 'second']);
});

t.test('a verifier is valid once, and only for its own step, client and redirect URI', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', {
    redirectUris: ['https://shop.example/cb', 'https://shop.example/other'],
  });
  await givenAClient(given, 'other');
  const visit = new Visit(given);
  const error = async (url: URL): Promise<string | null> =>
    location(await visit.browser.visit(url.href)).searchParams.get('error');
  const change = (url: string, changes: Record<string, string>): URL => {
    const changed = new URL(url);
    for (const [name, value] of Object.entries(changes)) changed.searchParams.set(name, value);
    return changed;
  };
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
  const verifier = new URL(back).searchParams.get('login_verifier') ?? '';
  t.equal(await error(change(back, { client_id: 'other' })), 'access_denied', 'the flow of another client');
  t.equal(await error(change(back, { redirect_uri: 'https://shop.example/other' })), 'access_denied');
  t.equal(
    await error(change(back, { login_verifier: `${verifier.slice(0, -1)}${verifier.endsWith('A') ? 'B' : 'A'}` })),
    'access_denied',
  );
  t.equal(await error(change(back, { login_verifier: '', consent_verifier: verifier })), 'access_denied');
  const consented = await visit.acceptConsent(challengeIn(await visit.browser.visit(back), 'consent_challenge'));
  const elsewhere = await new Visit(given).browser.visit(back);
  t.equal(location(elsewhere).searchParams.get('error'), 'invalid_request', 'already used, and by another browser');
  t.equal(await error(change(consented, { client_id: 'other' })), 'access_denied');
  t.ok(location(await visit.browser.visit(consented)).searchParams.get('code'));
  t.equal(await error(new URL(consented)), 'invalid_request', 'used before');
});

t.test('a request is answered once; an answer to an unknown or expired request is refused', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const { admin } = given.provider;
  const challenge = await visit.begin(authorizeUrl(client));
  const rejection = { error: 'access_denied', description: '', hint: '', debug: '', statusCode: 0 };
  t.match(await admin.getLoginRequest('f'.repeat(32)), undefined);
  t.match(await admin.rejectLogin({ challenge: 'f'.repeat(65), rejection }), { outcome: 'unknown-challenge' });
  t.match(await admin.getConsentRequest(challenge), undefined, 'a login challenge is not a consent challenge');
  await visit.acceptLogin(challenge);
  t.match(await admin.rejectLogin({ challenge, rejection }), { outcome: 'already-answered' });
  t.ok(await admin.getLoginRequest(challenge), 'it can still be read');
  await t.rejects(visit.acceptLogin(await visit.begin(authorizeUrl(client)), { subject: '' }), {
    code: 'invalid_request',
  });
  given.wait(900);
  t.match(await admin.getLoginRequest(challenge), undefined);
});

t.test(
  'repeating the same answer works, a different answer is refused, and none counts once the browser has returned',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const { admin } = given.provider;
    const rejection = { error: 'access_denied', description: '', hint: '', debug: '', statusCode: 403 };
    const other = { ...rejection, description: 'other' };
    const visit = new Visit(given);
    const challenge = await visit.begin(authorizeUrl(client));
    const accept = (change: Partial<AcceptLogin> = {}) =>
      admin.acceptLogin({ challenge, subject: 'alice', acr: 'gold', ...change });
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => accept()));
    if (first?.outcome !== 'answered') throw new Error('The first answer was refused.');
    given.wait(5);
    for (const again of [...others, await accept({ remember: false })]) t.strictSame(again, first);
    for (const change of [{ subject: 'bob' }, { acr: '' }, { remember: true }]) {
      t.match(await accept(change), { outcome: 'already-answered' });
    }
    t.match(await admin.rejectLogin({ challenge, rejection }), { outcome: 'already-answered' });
    const consent = challengeIn(await visit.browser.visit(first.redirectTo), 'consent_challenge');
    t.match(await accept(), { outcome: 'already-answered' });

    const session = (idToken: JsonObject) => ({ session: { accessToken: {}, idToken } });
    const grant = (change: Partial<AcceptConsent> = {}) =>
      admin.acceptConsent({
        challenge: consent,
        grantedScope: ['openid'],
        ...session({ a: 1, b: [2, null] }),
        ...change,
      });
    const granted = await grant();
    if (granted.outcome !== 'answered') throw new Error('The consent was refused.');
    t.strictSame(await grant(session({ b: [2, null], a: 1 })), granted, 'the order of members does not count');
    for (const change of [
      { grantedScope: [] },
      session({ a: 1 }),
      session({ a: 1, b: [2, null], c: 0 }),
      { remember: true },
    ]) {
      t.match(await grant(change), { outcome: 'already-answered' });
    }
    t.ok(location(await visit.browser.visit(granted.redirectTo)).searchParams.get('code'));
    t.match(await grant(), { outcome: 'already-answered' });

    const refused = await visit.begin(authorizeUrl(client));
    const refusal = await admin.rejectLogin({ challenge: refused, rejection });
    t.match(refusal, { outcome: 'answered' });
    t.strictSame(await admin.rejectLogin({ challenge: refused, rejection }), refusal);
    t.match(await admin.rejectLogin({ challenge: refused, rejection: other }), { outcome: 'already-answered' });
    t.match(await admin.acceptLogin({ challenge: refused, subject: 'alice' }), { outcome: 'already-answered' });
  },
);

t.test('a browser that returns from the login twice continues where the flow is', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)), { remember: true });
  const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  const session = visit.browser.cookies.get('oauth2_authentication_session');
  t.equal(challengeIn(await visit.browser.visit(back), 'consent_challenge'), challenge);
  t.equal(visit.browser.cookies.get('oauth2_authentication_session'), session, 'the login stays');
  visit.browser.cookies.delete('oauth2_consent_csrf');
  t.equal(challengeIn(await visit.browser.visit(back), 'consent_challenge'), challenge, 'the first answer was lost');
  const stranger = location(await new Visit(given).browser.visit(back)).searchParams;
  t.equal(stranger.get('error'), 'invalid_request');
  const last = await visit.acceptConsent(challenge);
  t.equal((await visit.browser.visit(back)).headers.location, last, 'the consent app has answered');
  t.ok(location(await visit.browser.visit(last)).searchParams.get('code'));
  t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'invalid_request', 'the flow has ended');
});

t.test('a browser that returns from the login in two tabs at the same moment', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), {});
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
  const replies = await Promise.all(Array.from({ length: 4 }, () => visit.browser.visit(back)));
  const challenges = new Set(replies.map((reply) => challengeIn(reply, 'consent_challenge')));
  t.equal(challenges.size, 1);
  const [challenge = ''] = challenges;
  t.ok(location(await visit.browser.visit(await visit.acceptConsent(challenge))).searchParams.get('code'));
});

t.test('a rejection reaches the client with the texts of the app and ends the flow', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const { admin } = given.provider;
  const challenge = await visit.begin(authorizeUrl(client));
  const full = { error: 'login_failed', description: 'No & no', hint: 'Try again', debug: 'secret', statusCode: 418 };
  const answered = await admin.rejectLogin({ challenge, rejection: full });
  if (answered.outcome !== 'answered') throw new Error(answered.outcome);
  const said = Object.fromEntries(location(await visit.browser.visit(answered.redirectTo)).searchParams);
  t.strictSame(said, {
    error: 'login_failed',
    error_description: 'No & no',
    error_hint: 'Try again',
    state: 'state-1',
    iss: 'http://127.0.0.1:4444/',
  });
  t.equal(location(await visit.browser.visit(answered.redirectTo)).searchParams.get('error'), 'invalid_request');

  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
  const consentChallenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  const empty = { error: '', description: '', hint: '', debug: '', statusCode: 0 };
  const refused = await admin.rejectConsent({ challenge: consentChallenge, rejection: empty });
  if (refused.outcome !== 'answered') throw new Error(refused.outcome);
  t.equal(location(await visit.browser.visit(refused.redirectTo)).searchParams.get('error'), 'invalid_request');
});

t.test('a rejection without texts gets the texts of its error code', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const told = async (error: string) => {
    const rejection = { error, description: '', hint: '', debug: '', statusCode: 0 };
    const challenge = await visit.begin(authorizeUrl(client));
    const answered = await given.provider.admin.rejectLogin({ challenge, rejection });
    if (answered.outcome !== 'answered') throw new Error(answered.outcome);
    return Object.fromEntries(location(await visit.browser.visit(answered.redirectTo)).searchParams);
  };
  const parameters = /parameter/;
  t.match(await told(''), { error: 'invalid_request', error_description: parameters, error_hint: parameters });
  t.match(await told('invalid_request'), { error: 'invalid_request', error_hint: parameters });
  const denied = await told('access_denied');
  t.match(denied, { error: 'access_denied', error_description: /denied/, error_hint: /user or the server refused/ });
  t.strictSame(await told('bank_closed'), { error: 'bank_closed', state: 'state-1', iss: 'http://127.0.0.1:4444/' });
  t.match(await told('constructor'), { error: 'constructor', error_description: undefined });
});

t.test('errors go to the client only when its address can be trusted', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', {
    redirectUris: ['https://shop.example/cb', 'https://shop.example/two'],
  });
  const { authorize } = given.provider.endpoints;
  const visit = (url: string) => new Browser(authorize).visit(url);
  const untrusted: readonly Record<string, string>[] = [
    { client_id: 'ghost' },
    { client_id: '' },
    { redirect_uri: '' },
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: 'https://shop.example/cb/more' },
    { redirect_uri: 'https://shop.example/CB' },
    { redirect_uri: 'https://shop.example/cb#x' },
    { redirect_uri: '//evil.example' },
  ];
  for (const change of untrusted) {
    const reply = await visit(authorizeUrl(client, change));
    t.equal(reply.status, 400, JSON.stringify(change));
    t.equal(reply.headers.location, undefined);
    t.match(reply.headers['content-security-policy'], /frame-ancestors 'none'/);
  }
  const twice = await visit(`${authorizeUrl(client)}&redirect_uri=https%3A%2F%2Fevil.example%2F`);
  t.equal(twice.status, 400);
  const page = await visit(authorizeUrl(client, { client_id: '<script>alert(1)</script>' }));
  t.notMatch(page.body, /<script>/);
  const trusted: readonly [Record<string, string>, string][] = [
    [{ scope: 'openid videos' }, 'invalid_scope'],
    [{ response_type: '' }, 'unsupported_response_type'],
    [{ response_type: 'device_code' }, 'unsupported_response_type'],
    [{ response_type: 'CODE' }, 'unsupported_response_type'],
    [{ response_mode: 'nonsense' }, 'invalid_request'],
    [{ registration: '{}' }, 'registration_not_supported'],
    [{ request: 'x.y.z' }, 'invalid_request_object'],
    [{ request_uri: 'https://shop.example/r' }, 'invalid_request_uri'],
    [{ code_challenge: 'a'.repeat(43) }, 'invalid_request'],
    [{ code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    [{ id_token_hint: 'nonsense' }, 'invalid_request'],
    [{ nonce: 'x', max_age: '99999999999' }, 'invalid_request'],
    [{ nonce: 'a\0b' }, 'invalid_request'],
  ];
  for (const [change, want] of trusted) {
    const to = location(await visit(authorizeUrl(client, change)));
    t.equal(to.origin, 'https://shop.example', JSON.stringify(change));
    t.equal(to.searchParams.get('error'), want, JSON.stringify(change));
    t.equal(to.searchParams.get('state'), 'state-1', 'RFC 6749 §4.1.2.1: state is returned');
  }
  const repeated = location(await visit(`${authorizeUrl(client)}&scope=openid`));
  t.equal(repeated.searchParams.get('error'), 'invalid_request', 'RFC 6749 §3.1: no parameter may be repeated');
});

t.test("no answer is sent over plain HTTP, except to the person's own machine (RFC 9700 §2.6)", async (t) => {
  const given = givenAProvider();
  const refused = ['http://app.example/cb', 'HTTP://app.example/cb', 'hTTp://app.example/cb'];
  const redirectUris = [...refused, 'http://127.0.0.1:8080/cb', 'http://localhost/cb', 'app:/cb'];
  const client = await givenAClient(given, 'shop', { redirectUris });
  for (const redirect_uri of redirectUris) {
    const reply = await new Browser(given.provider.endpoints.authorize).visit(authorizeUrl(client, { redirect_uri }));
    const expected = refused.includes(redirect_uri) ? 'invalid_request' : null;
    t.equal(location(reply).searchParams.get('error'), expected, redirect_uri);
  }
});

t.test('an address that is not ASCII is encoded before it is written to a header (RFC 3986 §2)', async (t) => {
  const ui = {
    loginUrl: 'http://ui.example/ログイン',
    consentUrl: 'http://ui.example/',
    errorUrl: null,
    logoutRedirectUrl: '',
  };
  const given = givenAProvider({}, { ui });
  const uri = 'https://app.example/例え?ü=1';
  const client = await givenAClient(given, 'shop', { redirectUris: [uri] });
  const visit = async (change: Record<string, string>) =>
    String(
      (
        await new Browser(given.provider.endpoints.authorize).visit(
          authorizeUrl(client, { redirect_uri: uri, ...change }),
        )
      ).headers.location,
    );
  for (const header of [await visit({}), await visit({ scope: 'nope' })]) t.match(header, /^[\x21-\x7e]+$/);
});

t.test('a request is at most 16 KiB long, because anyone can send one and each is stored', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const { authorize } = given.provider.endpoints;
  const long = await new Browser(authorize).visit(authorizeUrl(client, { theme: 'x'.repeat(17_000) }));
  t.equal(long.status, 400);
  const posted = await post(
    authorize,
    new URL(authorizeUrl(client, { theme: 'x'.repeat(17_000) }), 'http://x').searchParams,
  );
  t.equal(posted.status, 400);
  // The verifiers that the URL carries later do not count.
  const rest = 16_384 - `http://127.0.0.1:4444${authorizeUrl(client, { theme: 'x' })}`.length;
  t.ok(await new Visit(given).code(authorizeUrl(client, { theme: 'x'.repeat(rest + 1) })));
  const over = await new Browser(authorize).visit(authorizeUrl(client, { theme: 'x'.repeat(rest + 2) }));
  t.equal(over.status, 400);
  const grows = await new Browser(authorize).visit(`${authorizeUrl(client)}&theme=${'('.repeat(6000)}`);
  t.equal(grows.status, 400, 'a request that is too long after it is encoded again');
});

t.test('a posted request is redirected to a GET without setting a cookie (OpenID Connect Core §3.1.2.1)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const pending = await visit.begin(authorizeUrl(client));
  const parameters = new URL(authorizeUrl(client, { state: 'posted' }), 'http://x').searchParams;
  const reply = await post(given.provider.endpoints.authorize, parameters);
  t.equal(reply.status, 303);
  t.notOk('set-cookie' in reply.headers, 'a post from another site brings no cookies, so it must not replace any');
  const answer = location(await visit.run(String(reply.headers.location)));
  t.equal(answer.searchParams.get('state'), 'posted');
  t.ok(
    challengeIn(await visit.browser.visit(await visit.acceptLogin(pending)), 'consent_challenge'),
    'the other tab continues',
  );
});

t.test('with an error URL, errors that must not be sent to a client are sent there', async (t) => {
  const ui = {
    loginUrl: 'http://ui.example/login',
    consentUrl: 'http://ui.example/consent',
    errorUrl: 'http://ui.example/error?x=1',
    logoutRedirectUrl: '',
  };
  const given = givenAProvider({}, { ui });
  const to = location(await new Browser(given.provider.endpoints.authorize).visit('/oauth2/auth?client_id=ghost'));
  t.equal(to.origin + to.pathname, 'http://ui.example/error');
  t.equal(to.searchParams.get('x'), '1');
  t.equal(to.searchParams.get('error'), 'invalid_client');
});

t.test(
  'a public client must use PKCE, and only the verifier of its challenge redeems the code (RFC 7636 §4.6)',
  async (t) => {
    const given = givenAProvider();
    const app = {
      ...(await givenAClient(given, 'app', { tokenEndpointAuthMethod: 'none' })),
      auth: { authorization: '' },
    };
    const browser = new Browser(given.provider.endpoints.authorize);
    t.equal(location(await browser.visit(authorizeUrl(app))).searchParams.get('error'), 'invalid_request');
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const proof = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
    const code = () => new Visit(given).code(authorizeUrl(app, proof));
    const tries: readonly [Record<string, string>, number][] = [
      [{ code_verifier: verifier }, 200],
      [{}, 400],
      [{ code_verifier: `${verifier.slice(0, -1)}X` }, 400],
      [{ code_verifier: proof.code_challenge }, 400],
      [{ code_verifier: 'short' }, 400],
      [{ code_verifier: 'x'.repeat(129) }, 400],
    ];
    for (const [change, want] of tries) {
      const reply = await redeem(given, app, await code(), { client_id: 'app', ...change });
      t.equal(reply.status, want, JSON.stringify(change));
      if (want === 400) t.equal(json(reply).error, 'invalid_grant');
    }
    const guessed = await code();
    await redeem(given, app, guessed, { client_id: 'app', code_verifier: 'y'.repeat(43) });
    t.equal(
      (await redeem(given, app, guessed, { client_id: 'app', code_verifier: verifier })).status,
      400,
      'one guess only',
    );
    const shop = await givenAClient(given);
    const plain = await new Visit(given).code(authorizeUrl(shop));
    t.equal(
      (await redeem(given, shop, plain, { code_verifier: verifier })).status,
      400,
      'RFC 9700 §4.8.2: a verifier without a challenge',
    );
  },
);

t.test(
  'the redirect_uri of the token request must be that of the authorization request (RFC 6749 §4.1.3)',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given);
    const other = await givenAClient(given, 'other');
    const code = await new Visit(given).code(authorizeUrl(client));
    t.equal(
      json(await redeem(given, client, code, { redirect_uri: 'https://shop.example/CB' })).error,
      'invalid_grant',
    );
    t.equal(json(await redeem(given, other, code)).error, 'invalid_grant', 'a code of another client');
    t.equal((await redeem(given, client, code)).status, 200, 'the code stays usable');
    const left = await new Visit(given).code(authorizeUrl(client, { redirect_uri: '' }));
    t.equal((await redeem(given, client, left, { redirect_uri: '' })).status, 200, 'left out in both');
  },
);

t.test('a code lives ten minutes', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const [early, late] = [
    await new Visit(given).code(authorizeUrl(client)),
    await new Visit(given).code(authorizeUrl(client)),
  ];
  given.wait(599);
  t.equal((await redeem(given, client, early)).status, 200);
  given.wait(1);
  t.equal(json(await redeem(given, client, late)).error, 'invalid_grant');
});

t.test(
  'a client registered again under an old id gets no access to the flows, codes and consents of the old client',
  async (t) => {
    const given = givenAProvider();
    const old = await givenAClient(given);
    const visit = new Visit(given);
    const code = await visit.code(authorizeUrl(old), { remember: true }, { remember: true });
    const back = await visit.acceptLogin(await visit.begin(authorizeUrl(old)));
    given.wait(1);
    // As if requests in flight had overtaken the deletion: the client is deleted, and the rest stays.
    await given.stores.clients.remove('shop');
    const recreated = await givenAClient(given);
    t.equal(json(await redeem(given, recreated, code)).error, 'invalid_grant');
    t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'access_denied');
    const again = await visit.acceptLogin(await visit.begin(authorizeUrl(recreated)));
    const challenge = challengeIn(await visit.browser.visit(again), 'consent_challenge');
    t.equal((await given.provider.admin.getConsentRequest(challenge))?.flow.consent?.skip, false);
  },
);

t.test(
  'a consent grants at most what was requested, or more by a setting, but never more than the registration allows',
  async (t) => {
    const grant = async (given: GivenProvider, scope: string) => {
      const client = { id: 'shop' };
      const grantedScope = ['openid', scope];
      return new Visit(given).code(authorizeUrl(client, { scope: 'openid' }), {}, { grantedScope });
    };
    const refused = { code: 'invalid_request', hint: /"grant_scope" contains "(videos|photos.write)", which/ };
    const strict = givenAProvider();
    const loose = givenAProvider({ strictGrantScope: false });
    for (const given of [strict, loose]) await givenAClient(given, 'shop', { scope: 'openid photos.*' });
    await t.rejects(grant(strict, 'photos.write'), refused);
    await t.rejects(grant(strict, 'videos'), refused);
    t.ok(await grant(loose, 'photos.write'));
    await t.rejects(grant(loose, 'videos'), refused);
  },
);

t.test('a scope that the client lost while the person was logging in is not granted', async (t) => {
  const given = givenAProvider({ strictGrantScope: false });
  const client = await givenAClient(given, 'shop', { scope: 'openid photos.*' });
  const visit = new Visit(given);
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client, { scope: 'openid' })));
  const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  const last = await visit.acceptConsent(challenge, { grantedScope: ['openid', 'photos.write'] });
  await given.provider.admin.updateClient({ id: 'shop', secret: '', metadata: metadata({ scope: 'openid' }) });
  t.equal(location(await visit.browser.visit(last)).searchParams.get('error'), 'invalid_scope');
});

t.test('an id_token_hint of another person asks for login, and prompt=none refuses', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const body = json(await redeem(given, client, await visit.code(authorizeUrl(client), { remember: true })));
  const id_token_hint = String(body.id_token);
  const login = await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client, { id_token_hint })));
  t.match(login?.flow.login, { skip: true, subject: 'alice' });
  t.match(login?.flow.request.context.idTokenHintClaims, { sub: 'alice' });
  const other = new Visit(given);
  const back = await other.acceptLogin(await other.begin(authorizeUrl(client, { id_token_hint })), { subject: 'bob' });
  t.equal(location(await other.browser.visit(back)).searchParams.get('error'), 'login_required');
});
