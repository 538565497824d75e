// Requests that name the person they expect: id_token_hint (OpenID Connect Core §3.1.2.1) and `claims` (§5.5.1).
import t from 'tap';
import type { ProposedMetadata } from '../src/index.ts';
import { authorizeUrl, givenAClient, givenTokens, redeem, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { json, location } from './support/wire.ts';

const pairwise = { subjectTypes: ['public', 'pairwise'], pairwiseSalt: 'a salt for tests' } as const;
const rememberedOnce = [{ remember: true }, { remember: true }] as const;

const subOf = (jwt: string): string =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()).sub as string;

/** Follows a prompt=none request; the login app accepts a skipped login. Returns all parameters that the client receives. */
const silently = async (visit: Visit, url: string, forceSubjectIdentifier = '') => {
  let reply = await visit.browser.visit(url);
  const login = location(reply).searchParams.get('login_challenge');
  if (login !== null) reply = await visit.browser.visit(await visit.acceptLogin(login, { forceSubjectIdentifier }));
  const consent = location(reply).searchParams.get('consent_challenge');
  if (consent !== null) reply = await visit.browser.visit(await visit.acceptConsent(consent));
  const { searchParams } = location(reply);
  searchParams.delete('code');
  return Object.fromEntries(searchParams);
};

const claimsFor = (sub: string) => ({ claims: JSON.stringify({ id_token: { sub: { value: sub } } }) });

for (const subjectType of ['public', 'pairwise'] as const) {
  const change: Partial<ProposedMetadata> = { subjectType };

  t.test(`prompt=none, ${subjectType}: without consent every hint gets the same answer`, async (t) => {
    const given = givenAProvider(pairwise);
    await givenAClient(given, 'other');
    const client = await givenAClient(given, 'shop', { ...change, redirectUris: ['https://shop.example/cb'] });
    const alice = new Visit(given);
    await alice.run(authorizeUrl({ id: 'other' }), ...rememberedOnce);
    const own = subOf((await givenTokens(given, client, new Visit(given))).id);
    const none = { prompt: 'none' };
    const expected = await silently(alice, authorizeUrl(client, none));
    t.equal(expected.error, 'consent_required');
    const hints = await givenTokens(given, client, new Visit(given));
    for (const hint of [
      ...['alice', 'bob', own].map(claimsFor),
      { id_token_hint: hints.id },
      { max_age: '0' },
      { claims: JSON.stringify({ id_token: { acr: { essential: true, value: 'gold' } } }) },
    ]) {
      t.strictSame(await silently(alice, authorizeUrl(client, { ...none, ...hint })), expected);
    }
  });

  t.test(`prompt=none, ${subjectType}: with consent only the identifier that the client knows counts`, async (t) => {
    const given = givenAProvider(pairwise);
    const client = await givenAClient(given, 'shop', change);
    const alice = new Visit(given);
    await alice.run(authorizeUrl(client), ...rememberedOnce);
    const { id } = await givenTokens(given, client, new Visit(given));
    const errorOf = async (hint: Record<string, string>) =>
      (await silently(alice, authorizeUrl(client, { prompt: 'none', ...hint }))).error;
    t.equal(await errorOf(claimsFor(subOf(id))), undefined);
    t.equal(await errorOf({ id_token_hint: id }), undefined);
    t.equal(await errorOf(claimsFor('bob')), 'login_required');
    if (subjectType === 'pairwise') t.equal(await errorOf(claimsFor('alice')), 'login_required');
    given.wait(100);
    t.equal(await errorOf({ max_age: '50' }), 'login_required');
  });
}

t.test('an unexpected login is refused with the same answer, regardless of the reason', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const alice = new Visit(given);
  await alice.run(authorizeUrl(client), ...rememberedOnce);
  const none = (change: Record<string, string>) => authorizeUrl(client, { prompt: 'none', ...change });
  const nobody = await silently(new Visit(given), none({}));
  t.equal(nobody.error, 'login_required');
  t.strictSame(await silently(alice, none(claimsFor('bob'))), nobody);
  t.strictSame(await silently(alice, none({ max_age: '0' })), nobody);
});

t.test('without prompt=none a remembered login is offered for the identifier that the client knows', async (t) => {
  const given = givenAProvider(pairwise);
  const client = await givenAClient(given, 'shop', { subjectType: 'pairwise' });
  const alice = new Visit(given);
  await alice.run(authorizeUrl(client), ...rememberedOnce);
  const own = subOf((await givenTokens(given, client, new Visit(given))).id);
  const skips = async (hint: Record<string, string>) =>
    (await given.provider.admin.getLoginRequest(await alice.begin(authorizeUrl(client, hint))))?.flow.login.skip;
  t.equal(await skips(claimsFor(own)), true);
  t.equal(await skips(claimsFor('alice')), false);
});

t.test('prompt=none: a forced subject identifier is the one that is compared', async (t) => {
  const given = givenAProvider(pairwise);
  const client = await givenAClient(given, 'shop', { subjectType: 'pairwise' });
  const alice = new Visit(given);
  const forced = { forceSubjectIdentifier: 'forced' };
  const code = await alice.code(authorizeUrl(client), { remember: true, ...forced }, { remember: true });
  const { id_token } = json(await redeem(given, client, code));
  const url = authorizeUrl(client, { prompt: 'none', id_token_hint: String(id_token) });
  t.equal((await silently(alice, url, 'forced')).error, undefined);
  t.equal((await silently(alice, url)).error, 'login_required');
});

t.test('prompt=none: a public client with an https redirect URI is answered from the remembered consent', async (t) => {
  const given = givenAProvider({ requirePkce: false });
  const uris = ['https://shop.example/cb', 'http://127.0.0.1/cb', 'app.example:/cb'];
  const client = await givenAClient(given, 'spa', { tokenEndpointAuthMethod: 'none', redirectUris: uris });
  const alice = new Visit(given);
  for (const redirect_uri of uris) {
    await alice.run(authorizeUrl(client, { redirect_uri, prompt: 'login' }), ...rememberedOnce);
    const { error } = await silently(alice, authorizeUrl(client, { redirect_uri, prompt: 'none' }));
    // RFC 8252 §8.6: any app can receive answers at the other kinds of redirect URI.
    t.equal(error, redirect_uri.startsWith('https:') ? undefined : 'consent_required', redirect_uri);
  }
  const wider = authorizeUrl(client, { prompt: 'none', scope: 'openid photos.write' });
  t.equal((await silently(alice, wider)).error, 'consent_required');
});

t.test('an id_token_hint may have expired, because clients send it to renew a session', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const alice = new Visit(given);
  await alice.run(authorizeUrl(client), ...rememberedOnce);
  const { id } = await givenTokens(given, client, new Visit(given));
  given.wait(24 * 3600);
  const url = authorizeUrl(client, { id_token_hint: id });
  t.equal((await silently(alice, `${url}&prompt=none`)).error, undefined);
  t.match((await given.provider.admin.getLoginRequest(await alice.begin(url)))?.flow.login, { skip: true });
  const bob = new Visit(given);
  const back = await bob.acceptLogin(await bob.begin(url), { subject: 'bob' });
  t.equal(location(await bob.browser.visit(back)).searchParams.get('error'), 'login_required');
  const [header, claims] = id.split('.');
  const forged = authorizeUrl(client, { id_token_hint: `${header}.${claims}.${'A'.repeat(342)}` });
  t.equal((await silently(alice, forged)).error, 'invalid_request', 'the signature is still checked');
});

t.test('an id_token_hint whose key has been removed is ignored: the person logs in', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const alice = new Visit(given);
  await alice.run(authorizeUrl(client), ...rememberedOnce);
  const { id } = await givenTokens(given, client, new Visit(given));
  const set = 'hydra.openid.id-token';
  const before = await given.provider.admin.getKeySet(set);
  await given.provider.admin.createKeys({ set, alg: 'RS256', kid: 'next', use: 'sig' });
  for (const { kid = '' } of before) await given.provider.admin.deleteKey(set, kid);
  given.wait(60);
  const url = authorizeUrl(client, { id_token_hint: id });
  t.equal((await silently(alice, `${url}&prompt=none`)).error, 'login_required');
  t.match((await given.provider.admin.getLoginRequest(await alice.begin(url)))?.flow, {
    login: { skip: false },
    request: { idTokenHintSubject: null, context: { idTokenHintClaims: null } },
  });
  t.ok(await alice.code(url, { remember: true }));
  const [header, , signature] = id.split('.');
  const foreign = Buffer.from(JSON.stringify({ iss: 'https://other.example/', sub: 'alice' })).toString('base64url');
  const { error } = await silently(alice, authorizeUrl(client, { id_token_hint: `${header}.${foreign}.${signature}` }));
  t.equal(error, 'invalid_request');
});
