// Redeeming authorization codes: PKCE, redirect URI, lifespan, and what a consent granted.

import t from 'tap';
import { authorizeUrl, challengeIn, givenAClient, metadata, redeem, Visit } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider } from './support/given-a-provider.ts';
import { Browser, json, location } from './support/wire.ts';

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
  await given.provider.admin.updateClient({ id: 'shop', metadata: metadata({ scope: 'openid' }) });
  t.equal(location(await visit.browser.visit(last)).searchParams.get('error'), 'invalid_scope');
});
