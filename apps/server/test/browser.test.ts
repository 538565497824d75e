// A person with a real browser, a client with openid-client, and the built-in pages between them. The main path runs on every
// layout of stores.
import * as oidc from 'openid-client';
import type { BrowserContextOptions, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { launchBrowser } from './support/browser.ts';
import { layoutNames, layoutsFor } from './support/layouts.ts';
import { startRelyingParty } from './support/relying-party.ts';
import { startServer } from './support/start-server.ts';

const logIn = async (page: Page, name: string, remember: boolean): Promise<void> => {
  await page.getByLabel('User name').fill(name);
  if (remember) await page.getByLabel(/remember/i).check();
  await page.getByRole('button', { name: 'Log in' }).click();
};

/** The OAuth error that a promise of openid-client rejects with. */
const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof oidc.AuthorizationResponseError ? error.error : error),
  );

const atClient = async (page: Page, redirectUri: string): Promise<URL> => {
  await page.waitForURL((url) => url.href.startsWith(redirectUri));
  return new URL(page.url());
};

// A busy machine is slow.
t.setTimeout(300_000);

const layouts = layoutsFor(t);
const browser = await launchBrowser(t);

/** A page of a person who has never been here. */
const newPage = async (t: Test, options: BrowserContextOptions = {}): Promise<Page> => {
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  return context.newPage();
};

for (const layout of layoutNames) {
  t.test(`log in, consent, tokens, userinfo, refresh; a second visit asks nothing: on ${layout}`, async (t) => {
    const server = await startServer(t, { settings: await layouts.settings(layout) });
    const client = await startRelyingParty(t, server, 'shop');
    const page = await newPage(t, { javaScriptEnabled: false });

    const first = await client.begin();
    await page.goto(first.url);
    t.match(await page.content(), /The &lt;b&gt;shop&lt;\/b&gt;/, 'the name of a client is escaped');
    await logIn(page, 'alice', true);
    t.match(await page.textContent('main'), /alice/);
    t.match(await page.textContent('fieldset'), /Know who you are/);
    for (const scope of ['offline', 'photos.read'])
      t.ok(await page.locator(`input[value="${scope}"]`).isChecked(), scope);
    await page.getByLabel(/do not ask again/i).check();
    await page.getByRole('button', { name: 'Allow' }).click();
    const answer = await atClient(page, client.redirectUri);

    // openid-client checks state, nonce, issuer, audience, times, and the signature against the published keys.
    const tokens = await oidc.authorizationCodeGrant(client.config, answer, first.checks);
    t.equal(tokens.claims()?.sub, 'alice');
    t.equal(tokens.scope, 'openid offline profile email photos.read');
    const userinfo = await oidc.fetchUserInfo(client.config, tokens.access_token, 'alice');
    t.match(userinfo, { sub: 'alice', preferred_username: 'alice', email: 'alice@example.com' });
    const refreshed = await oidc.refreshTokenGrant(client.config, tokens.refresh_token ?? '');
    t.equal(refreshed.claims()?.sub, 'alice');
    t.not(refreshed.refresh_token, tokens.refresh_token);
    await t.rejects(
      oidc.fetchUserInfo(client.config, tokens.access_token, 'alice'),
      'the old access token is inactive',
    );

    const second = await client.begin();
    await page.goto(second.url);
    const again = await oidc.authorizationCodeGrant(
      client.config,
      await atClient(page, client.redirectUri),
      second.checks,
    );
    t.equal(again.claims()?.sub, 'alice');
    t.equal(again.claims()?.auth_time, tokens.claims()?.auth_time, 'the login is the remembered one');

    const silent = await client.begin({ prompt: 'none' });
    await page.goto(silent.url);
    t.ok(
      (await oidc.authorizationCodeGrant(client.config, await atClient(page, client.redirectUri), silent.checks))
        .access_token,
    );

    await page.goto(`${server.publicUrl}/oauth2/auth/sessions/login/revoke`);
    await page.goto((await client.begin()).url);
    t.ok(await page.getByLabel('User name').isVisible(), 'after the logout the login page asks again');
  });
}

t.test('the person can untick scopes, deny the consent, or cancel the login', async (t) => {
  const server = await startServer(t);
  const client = await startRelyingParty(t, server, 'shop');
  const page = await newPage(t);

  const some = await client.begin();
  await page.goto(some.url);
  await logIn(page, 'bob', false);
  await page.locator('input[value="photos.read"]').uncheck();
  await page.getByRole('button', { name: 'Allow' }).click();
  const tokens = await oidc.authorizationCodeGrant(
    client.config,
    await atClient(page, client.redirectUri),
    some.checks,
  );
  t.equal(tokens.scope, 'openid offline profile email');

  const denied = await client.begin();
  await page.goto(denied.url);
  await logIn(page, 'bob', false);
  await page.getByRole('button', { name: 'Deny' }).click();
  const denial = await atClient(page, client.redirectUri);
  t.equal(await refusal(oidc.authorizationCodeGrant(client.config, denial, denied.checks)), 'access_denied');

  const cancelled = await client.begin();
  await page.goto(cancelled.url);
  await page.getByRole('button', { name: 'Cancel' }).click();
  const cancel = await atClient(page, client.redirectUri);
  t.equal(await refusal(oidc.authorizationCodeGrant(client.config, cancel, cancelled.checks)), 'access_denied');
});

t.test('two tabs of one browser both complete', async (t) => {
  const server = await startServer(t);
  const client = await startRelyingParty(t, server, 'shop');
  const one = await newPage(t);
  const two = await one.context().newPage();
  const [first, second] = [await client.begin(), await client.begin()];
  await one.goto(first.url);
  await two.goto(second.url);
  for (const page of [one, two]) await logIn(page, 'alice', false);
  for (const page of [two, one]) await page.getByRole('button', { name: 'Allow' }).click();
  for (const [page, { checks }] of [
    [one, first],
    [two, second],
  ] as const) {
    t.ok(
      (await oidc.authorizationCodeGrant(client.config, await atClient(page, client.redirectUri), checks)).access_token,
    );
  }
});

t.test('an error that must not be sent to a client is shown at the authorize URL', async (t) => {
  const server = await startServer(t);
  const page = await newPage(t);
  const url = `${server.publicUrl}/oauth2/auth?client_id=ghost&error_description=%3Cscript%3Edocument.title='owned'%3C/script%3E`;
  const reply = await page.goto(url);
  t.equal(reply?.status(), 400);
  t.equal(new URL(page.url()).pathname, '/oauth2/auth');
  t.match(await page.textContent('main'), /invalid_client/);
  t.not(await page.title(), 'owned');
  const unknown = await page.goto(`${server.publicUrl}/dev/login?login_challenge=unknown`);
  t.equal(unknown?.status(), 404);
});

t.test('the keyboard is enough, from the start page to copying a code', async (t) => {
  const server = await startServer(t);
  const page = await newPage(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  const refused: string[] = [];
  page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
  await page.goto(`${server.publicUrl}/`);
  const command = await page.locator('#make-client').textContent();
  await page.getByRole('button', { name: 'Copy the command' }).first().press('Enter');
  await page.getByText('Copied.').waitFor();
  t.equal(await page.evaluate('navigator.clipboard.readText()'), command);
  const [, json = ''] = /-d '(.*)'$/.exec(command ?? '') ?? [];
  t.equal((await fetch(`${server.adminUrl}/clients`, { method: 'POST', body: json })).status, 201);

  await page.getByRole('link', { name: 'Log in' }).press('Enter');
  await page.getByLabel('User name').waitFor();
  await page.keyboard.type('anna');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Allow' }).press('Enter');
  await page.getByRole('button', { name: 'Copy the code' }).press('Enter');
  await page.getByText('Copied.').waitFor();
  t.match(await page.evaluate('navigator.clipboard.readText()'), /^clv_ac_/);
  t.strictSame(refused, [], 'the policy blocks nothing that our pages load');
});

t.test('on a phone nothing is wider than the screen, and every control is at least 44 pixels high', async (t) => {
  const server = await startServer(t);
  const client = {
    client_id: 'demo',
    client_name: 'Photos',
    client_uri: 'https://photos.example/',
    policy_uri: 'https://photos.example/policy',
    tos_uri: 'https://photos.example/terms',
    redirect_uris: [`${server.publicUrl}/dev/callback`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid offline profile email',
  };
  await fetch(`${server.adminUrl}/clients`, { method: 'POST', body: JSON.stringify(client) });
  const page = await newPage(t, { viewport: { width: 360, height: 640 } });
  const check = async (name: string): Promise<void> => {
    t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name}: no sideways scrolling`);
    const low = await page.evaluate(
      "[...document.querySelectorAll('a, button')].filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent)",
    );
    t.strictSame(low, [], name);
  };
  await page.goto(`${server.publicUrl}/`);
  await check('the start page');
  await page.getByRole('link', { name: 'Log in' }).click();
  await check('the login page');
  await logIn(page, 'anna', false);
  await check('the consent page');
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('button', { name: 'Copy the code' }).waitFor();
  await check('the code page');
});

t.test('a browser shows the logo that a client registered, and loads nothing else', async (t) => {
  const server = await startServer(t, { settings: { CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'open' } });
  const registered = await fetch(`${server.publicUrl}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Photos',
      redirect_uris: ['https://photos.example/cb'],
      logo_uri: 'https://photos.example/logo.svg',
      policy_uri: 'https://photos.example/policy',
      tos_uri: 'https://photos.example/terms',
    }),
  });
  const { client_id } = (await registered.json()) as { client_id: string };
  const page = await newPage(t);
  const asked: string[] = [];
  const body = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>';
  await page.route(/^https:\/\/[a-z]+\.example\//, (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: 'image/svg+xml', body });
  });
  const query = new URLSearchParams({
    client_id,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'https://photos.example/cb',
  });
  await page.goto(`${server.publicUrl}/oauth2/auth?${query}`);
  const widths = (): Promise<readonly number[]> =>
    page.evaluate(`(async () => {
      const images = [...document.images];
      // A blocked image ends too, with an error.
      await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
      return images.map((image) => image.naturalWidth);
    })()`);
  t.strictSame(await widths(), [40], 'the login page');
  t.equal(
    await page.getByRole('link', { name: 'Privacy policy' }).getAttribute('href'),
    'https://photos.example/policy',
  );
  t.equal(
    await page.getByRole('link', { name: 'Terms of service' }).getAttribute('href'),
    'https://photos.example/terms',
  );

  // The policy stops an image even if a fault in our pages lets someone insert it.
  await page.evaluate("document.body.append(Object.assign(new Image(), { src: 'https://evil.example/logo.svg' }))");
  await page.waitForTimeout(200);
  t.strictSame(await widths(), [40, 0], 'another origin is blocked');
  t.ok(
    asked.every((url) => url === 'https://photos.example/logo.svg'),
    asked.join(' '),
  );

  await logIn(page, 'alice', false);
  t.strictSame(await widths(), [40], 'the consent page');
  t.match(await page.textContent('main'), /Afterwards you continue to photos\.example/);
});
