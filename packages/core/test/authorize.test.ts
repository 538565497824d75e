// Login and consent at the authorization endpoint.

import { type AcceptConsent, type AcceptLogin, type JsonObject, seconds } from '@claviger/core';
import t from 'tap';
import { authorizeUrl, challengeIn, givenAClient, introspect, redeem, Visit } from './support/given-a-flow.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { Browser, json, location } from './support/wire.ts';

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
  const rejection = { error: 'access_denied', description: null, hint: null, debug: null, statusCode: 0 };
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
    const rejection = { error: 'access_denied', description: null, hint: null, debug: null, statusCode: 403 };
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
  const empty = { error: null, description: null, hint: null, debug: null, statusCode: 0 };
  const refused = await admin.rejectConsent({ challenge: consentChallenge, rejection: empty });
  if (refused.outcome !== 'answered') throw new Error(refused.outcome);
  t.equal(location(await visit.browser.visit(refused.redirectTo)).searchParams.get('error'), 'invalid_request');
});

t.test('a rejection without texts gets the texts of its error code', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const told = async (error: string | null) => {
    const rejection = { error, description: null, hint: null, debug: null, statusCode: 0 };
    const challenge = await visit.begin(authorizeUrl(client));
    const answered = await given.provider.admin.rejectLogin({ challenge, rejection });
    if (answered.outcome !== 'answered') throw new Error(answered.outcome);
    return Object.fromEntries(location(await visit.browser.visit(answered.redirectTo)).searchParams);
  };
  const parameters = /parameter/;
  t.match(await told(null), { error: 'invalid_request', error_description: parameters, error_hint: parameters });
  t.match(await told('invalid_request'), { error: 'invalid_request', error_hint: parameters });
  const denied = await told('access_denied');
  t.match(denied, { error: 'access_denied', error_description: /denied/, error_hint: /user or the server refused/ });
  t.strictSame(await told('bank_closed'), { error: 'bank_closed', state: 'state-1', iss: 'http://127.0.0.1:4444/' });
  t.match(await told('constructor'), { error: 'constructor', error_description: undefined });
});
