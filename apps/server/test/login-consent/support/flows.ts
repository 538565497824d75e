// The behaviour that every login and consent example must have, on one layout of stores.
import * as oidc from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import type { ServerSettings } from '../../support/layouts.ts';
import { type RelyingParty, startRelyingParty } from '../../support/relying-party.ts';
import { type Example, type ServerWithPages, startServerWithPages } from './example-pages.ts';
import { heading, logIn, newVisitor, press } from './visitor.ts';

export interface Given {
  readonly browser: Browser;
  readonly example: Example;
  readonly settings: ServerSettings;
}

interface Scene extends ServerWithPages {
  readonly client: RelyingParty;
  readonly page: Page;
}

const atClient = async (page: Page, { redirectUri }: RelyingParty): Promise<URL> => {
  await page.waitForURL((url) => url.href.startsWith(redirectUri));
  return new URL(page.url());
};

const tokensFor = async ({ page, client }: Scene, checks: oidc.AuthorizationCodeGrantChecks) =>
  oidc.authorizationCodeGrant(client.config, await atClient(page, client), checks);

/** The OAuth error that reaches the client. */
const errorAtClient = async ({ page, client }: Scene): Promise<string | null> =>
  (await atClient(page, client)).searchParams.get('error');

const deleteClient = ({ server, client }: Scene): Promise<Response> =>
  fetch(`${server.adminUrl}/clients/${client.config.clientMetadata().client_id}`, { method: 'DELETE' });

const rememberedTwice = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client } = scene;
  const first = await client.begin();
  await page.goto(first.url);
  t.match(await page.textContent('main'), 'The <b>shop</b>', 'the name of a client is escaped');
  await logIn(page, { remember: true });
  t.match(await page.textContent('main'), 'Anna Example');
  t.match(await page.textContent('main'), `The answer goes to ${new URL(client.redirectUri).host}`);
  for (const scope of ['offline', 'profile', 'email', 'photos.read'])
    t.ok(await page.locator(`input[value="${scope}"]`).isChecked(), scope);
  t.equal(await page.locator('input[type="checkbox"][value="openid"]').count(), 0, 'openid cannot be unticked');
  await page.getByLabel('Do not ask me again').check();
  await press(page, 'Allow');
  const tokens = await tokensFor(scene, first.checks);
  t.equal(tokens.claims()?.sub, 'person-1');
  t.equal(tokens.scope, 'openid offline profile email photos.read');
  t.match(await oidc.fetchUserInfo(client.config, tokens.access_token, 'person-1'), {
    name: 'Anna Example',
    preferred_username: 'anna',
    email: 'anna@example.com',
    email_verified: true,
  });

  const second = await client.begin();
  await page.goto(second.url);
  const again = await tokensFor(scene, second.checks);
  t.equal(
    again.claims()?.auth_time,
    tokens.claims()?.auth_time,
    'neither page asked, and the login is the remembered one',
  );
  t.match(
    await oidc.fetchUserInfo(client.config, again.access_token, 'person-1'),
    { email: 'anna@example.com' },
    'a skipped consent grants the claims again',
  );

  await page.goto(`${scene.server.publicUrl}/oauth2/auth/sessions/login/revoke`);
  t.equal(await heading(page), 'You are logged out');
  await page.goto((await client.begin()).url);
  t.ok(await page.getByLabel('Password').isVisible(), 'after the logout the login page asks again');
};

const wrongPassword = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client } = scene;
  const { url, checks } = await client.begin({ login_hint: 'ben' });
  await page.goto(url);
  t.equal(await page.getByLabel('User name').inputValue(), 'ben', 'the login hint is filled in');
  for (const attempt of [
    { userName: 'ben', password: 'wrong' },
    { userName: 'nobody', password: 'correct horse battery staple' },
  ]) {
    await logIn(page, attempt);
    t.equal(await page.getByRole('alert').textContent(), 'Wrong user name or password.');
    t.equal(await page.getByLabel('User name').inputValue(), attempt.userName, 'the user name stays');
    t.equal(await page.getByLabel('Password').inputValue(), '', 'the password is cleared');
  }
  await logIn(page, { userName: ' Ben ' });
  await page.getByLabel('See your email address').uncheck();
  await press(page, 'Allow');
  const tokens = await tokensFor(scene, checks);
  t.equal(tokens.claims()?.sub, 'person-2');
  t.equal(tokens.scope, 'openid offline profile photos.read', 'unticked scopes are not granted');
  const userinfo = await oidc.fetchUserInfo(client.config, tokens.access_token, 'person-2');
  t.equal(userinfo.name, 'Ben Example');
  t.notOk('email' in userinfo, 'nor told');

  await page.goto((await client.begin()).url);
  t.ok(await page.getByLabel('Password').isVisible(), 'without the tick the login is not remembered');
};

const refused = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client } = scene;
  await page.goto((await client.begin()).url);
  await press(page, 'Cancel');
  t.equal(await errorAtClient(scene), 'access_denied');
  await page.goto((await client.begin()).url);
  await logIn(page);
  await press(page, 'Deny');
  t.equal(await errorAtClient(scene), 'access_denied');
};

const otherPerson = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client } = scene;
  const { url, checks } = await client.begin();
  await page.goto(url);
  await logIn(page, { userName: 'anna', remember: true });
  await page.getByRole('link', { name: 'Not you?' }).click();
  await logIn(page, { userName: 'ben' });
  t.match(await page.textContent('main'), 'You are logged in as Ben Example');
  await press(page, 'Allow');
  t.equal((await tokensFor(scene, checks)).claims()?.sub, 'person-2');
};

const closedAccount = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client, server } = scene;
  await page.goto((await client.begin()).url);
  const challenge = new URL(page.url()).searchParams.get('login_challenge');
  const accepted = await fetch(`${server.adminUrl}/oauth2/auth/requests/login/${challenge}/accept`, {
    method: 'PUT',
    body: JSON.stringify({ subject: 'person-of-last-year', remember: true }),
  });
  await page.goto(((await accepted.json()) as { redirect_to: string }).redirect_to);
  await page.goto((await client.begin()).url);
  t.equal(await errorAtClient(scene), 'access_denied', 'the remembered login is no longer used');
  await fetch(`${server.adminUrl}/oauth2/auth/sessions/login/person-of-last-year`, { method: 'DELETE' });
  await page.goto((await client.begin()).url);
  t.ok(await page.getByLabel('Password').isVisible(), 'another person may log in');
};

const expired = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client, pagesUrl } = scene;
  for (const step of ['login', 'consent']) {
    const reply = await page.goto(`${pagesUrl}/${step}?${step}_challenge=unknown`);
    t.equal(reply?.status(), 404, step);
    t.equal(await heading(page), 'This page has expired');
    t.equal((await page.goto(`${pagesUrl}/${step}`))?.status(), 404, 'the same without a challenge');
  }
  // Deleting the client removes its requests, as their expiry does.
  await page.goto((await client.begin()).url);
  await deleteClient(scene);
  await logIn(page);
  t.equal(await heading(page), 'This page has expired');
};

const answeredTwice = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client } = scene;
  const { url, checks } = await client.begin();
  await page.goto(url);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await logIn(page);
  await logIn(other, { userName: 'ben' });
  t.equal(await heading(other), 'This page was used before');
  await other.goto(page.url());
  await press(page, 'Allow');
  await press(other, 'Deny');
  t.equal(await heading(other), 'This page was used before');
  t.equal((await tokensFor(scene, checks)).claims()?.sub, 'person-1', 'the first answer counts');
};

/** Posts the form twice, as a double click or a reload after a lost reply does. */
const sentTwice = async (t: Test, { page, client, pagesUrl }: Scene): Promise<void> => {
  await page.goto((await client.begin()).url);
  const token = page.locator('input[name="form_token"]');
  const form = {
    form_token: (await token.count()) > 0 ? await token.inputValue() : '',
    user_name: 'anna',
    password: 'correct horse battery staple',
    action: 'login',
  };
  const post = () => page.request.post(page.url(), { form, maxRedirects: 0, headers: { origin: pagesUrl } });
  const first = await post();
  t.equal(first.status(), 303);
  t.equal((await post()).headers().location, first.headers().location);
};

const foreignForm = async (t: Test, scene: Scene): Promise<void> => {
  const { page, client } = scene;
  const { url, checks } = await client.begin();
  await page.goto(url);
  const login = page.url();
  const body = new URLSearchParams({ user_name: 'anna', password: 'correct horse battery staple', action: 'login' });
  for (const headers of [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { origin: 'https://evil.example' },
    {},
  ]) {
    const reply = await fetch(login, { method: 'POST', body, headers, redirect: 'manual' });
    t.equal(reply.status, 403, JSON.stringify(headers));
  }
  await logIn(page);
  await press(page, 'Allow');
  t.ok((await tokensFor(scene, checks)).access_token, "the person's request continues");
};

const headersOfPages = async (t: Test, { page, client }: Scene): Promise<void> => {
  const reply = await page.goto((await client.begin()).url);
  t.match(reply?.headers(), {
    'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  t.notMatch(reply?.headers()['content-security-policy'], 'form-action', 'it would stop the redirect to the client');
};

const badRequest = async (t: Test, { page, server, pagesUrl }: Scene): Promise<void> => {
  const reply = await page.goto(`${server.publicUrl}/oauth2/auth?client_id=ghost`);
  t.equal(reply?.status(), 400);
  t.ok(page.url().startsWith(`${pagesUrl}/error?`));
  t.match(await page.textContent('main'), 'invalid_client');
  await page.goto(`${pagesUrl}/error?error=Call+555+now&error_description=Call+555+now`);
  t.notMatch(await page.textContent('main'), '555', 'a link cannot put text into this page');
};

const scenes = {
  'log in, consent, tokens; a remembered login and consent are skipped, until the logout': rememberedTwice,
  'a wrong password may be corrected, and what is unticked is not granted': wrongPassword,
  'the person may cancel the login, and deny the consent': refused,
  'another person may take over at the consent page': otherPerson,
  'a remembered login of a closed account is refused': closedAccount,
  'a request that expired gets a page that says so': expired,
  'of two different answers to one page the first counts, and two tabs do not break each other': answeredTwice,
  'a form that is sent twice leads to the same place': sentTwice,
  'a form of another site is refused': foreignForm,
  'pages are not cached, framed, or told to other sites': headersOfPages,
  'a request that no client can be trusted with ends on the error page': badRequest,
};

/** Each test has its own client and browser, on one server. */
export const checkPages = async (t: Test, { browser, example, settings }: Given): Promise<void> => {
  const running = await startServerWithPages(t, example, { settings });
  for (const [at, [title, act]] of Object.entries(scenes).entries()) {
    await t.test(title, async (t) => {
      const client = await startRelyingParty(t, running.server, `shop-${at}`);
      await act(t, { ...running, client, page: await newVisitor(t, browser) });
    });
  }
};
