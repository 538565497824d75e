// How an example of login and consent pages handles its environment: settings, an admin API with a key, and outages.
import { setTimeout as sleep } from 'node:timers/promises';
import * as oidc from 'openid-client';
import type { Test } from 'tap';
import { startRelyingParty } from '../../support/relying-party.ts';
import { startServerWithPages } from './example-pages.ts';
import type { Given } from './flows.ts';
import { heading, logIn, newVisitor } from './visitor.ts';

/** The pages get a key with the scope `flows` only. */
const firstKey = 'kQ7-first.key_ofTheTest';

const firstParties = async (t: Test, { browser, example }: Given): Promise<void> => {
  let adminKey = '';
  const { server, pagesUrl, pagesOutput } = await startServerWithPages(t, example, {
    settings: { CLAVIGER_ADMIN_KEY: firstKey },
    pages: async (server) => {
      const created = await fetch(`${server.adminUrl}/admin/admin-keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${firstKey}` },
        body: JSON.stringify({ name: 'login pages', scopes: ['flows'] }),
      });
      adminKey = ((await created.json()) as { readonly key: string }).key;
      return {
        CLAVIGER_ADMIN_KEY: adminKey,
        FIRST_PARTY_CLIENTS: 'own,own-native',
        NODE_ENV: 'production',
      };
    },
  });
  const page = await newVisitor(t, browser);
  const own = await startRelyingParty(t, server, 'own', {}, firstKey);
  const former = await newVisitor(t, browser);
  await former.goto((await own.begin()).url);
  const loginChallenge = new URL(former.url()).searchParams.get('login_challenge');
  const accepted = await fetch(`${server.adminUrl}/oauth2/auth/requests/login/${loginChallenge}/accept`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${adminKey}` },
    body: JSON.stringify({ subject: 'person-of-last-year', remember: true }),
  });
  await former.goto(((await accepted.json()) as { redirect_to: string }).redirect_to);
  await former.goto((await own.begin()).url);
  await former.waitForURL((url) => url.href.startsWith(own.redirectUri));
  t.match(former.url(), 'error=access_denied', 'a closed account is refused with the scope `flows` alone');

  const begun = await own.begin();
  await page.goto(begun.url);
  const cookies = (await page.context().cookies()).filter(({ name }) => name.startsWith('__Host-'));
  t.ok(cookies.every(({ secure, httpOnly }) => secure && httpOnly));
  const [kept] = cookies;
  if (example.setsCookie) t.match(kept, { path: '/', sameSite: 'Lax' }, 'in production the cookie needs TLS');
  await logIn(page);
  await page.waitForURL((url) => url.href.startsWith(own.redirectUri));
  const tokens = await oidc.authorizationCodeGrant(own.config, new URL(page.url()), begun.checks);
  t.equal(tokens.scope, 'openid offline profile email photos.read', 'a first-party application needs no consent');

  await page.goto((await own.begin({ prompt: 'consent' })).url);
  await logIn(page);
  t.equal(await heading(page), 'Allow The <b>shop</b>?', 'unless the client asks for a consent');

  const redirectUri = 'com.example.native:/callback';
  await fetch(`${server.adminUrl}/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${firstKey}` },
    body: JSON.stringify({
      client_id: 'own-native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      scope: 'openid',
    }),
  });
  const query = new URLSearchParams({
    client_id: 'own-native',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: redirectUri,
    code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
    code_challenge_method: 'S256',
  });
  await page.goto(`${server.publicUrl}/oauth2/auth?${query}`);
  await logIn(page);
  t.equal(await heading(page), 'Allow own-native?', 'or the client can be impersonated');
  t.match(await page.textContent('main'), 'The answer goes to com.example.native:');

  const challenge = 'a-challenge-for-nobody-to-read';
  await server.stop();
  const reply = await fetch(`${pagesUrl}/login?login_challenge=${challenge}`);
  t.equal(reply.status, 503);
  t.ok(Number(reply.headers.get('retry-after')) > 0);
  t.match(await reply.text(), 'Please try again in a moment');
  t.match(pagesOutput(), 'Error', 'the failure is logged');
  t.notMatch(pagesOutput(), challenge);
  t.notMatch(pagesOutput(), adminKey);
};

const expiry = async (t: Test, { browser, example }: Given): Promise<void> => {
  const { server } = await startServerWithPages(t, example, { settings: { CLAVIGER_CHALLENGE_TOKEN_LIFESPAN: '1s' } });
  const { url } = await (await startRelyingParty(t, server, 'shop')).begin();
  const loginUrl = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
  const challenge = new URL(loginUrl).searchParams.get('login_challenge');
  const pending = `${server.adminUrl}/oauth2/auth/requests/login/${challenge}`;
  while ((await fetch(pending)).status !== 404) await sleep(50);
  const page = await newVisitor(t, browser);
  t.equal((await page.goto(loginUrl))?.status(), 404);
  t.equal(await heading(page), 'This page has expired');
};

export const checkEnvironment = async (t: Test, given: Given): Promise<void> => {
  await t.test('first-party applications, an admin key, production, an outage', (t) => firstParties(t, given));
  await t.test('a request that nobody answered in time', (t) => expiry(t, given));
};
