// The built-in login and consent pages, through the app that the server runs, on memory stores.
import { createHash } from 'node:crypto';
import { type AddressInfo, connect } from 'node:net';
import { emptyClientMetadata, type Provider, StoreUnavailable, withSecret } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { buildServers } from '../src/build-servers.ts';
import { readConfig } from '../src/config.ts';
import { demoCommands } from '../src/demo.ts';
import { ServerMetrics } from '../src/telemetry/server-metrics.ts';
import { formFields, type Page, PlainBrowser, type Send } from './support/plain-browser.ts';
import type { Cleanup } from './support/start-server.ts';

const origin = 'http://127.0.0.1:4444';

const openApp = async (t: Cleanup, environment: Record<string, string> = {}) => {
  const config = readConfig(environment);
  const stores = memoryStores();
  const logged: string[] = [];
  const { provider, publicApp, adminApp } = buildServers({
    config,
    stores,
    systemSecrets: ['a system secret of 32 characters'],
    version: 'test',
    writeLog: (line) => logged.push(line),
    tracing: null,
    metrics: new ServerMetrics({ enabled: true, hydraNames: true, version: 'test', droppedLogLines: () => 0 }),
    status: () => ({ serving: true, problems: {} }),
  });
  await publicApp.ready();
  t.teardown(() => Promise.all([publicApp.close(), adminApp.close()]));
  const send: Send = async (url, { method, headers, body }) => {
    const reply = await publicApp.inject({
      method: method === 'POST' ? 'POST' : 'GET',
      url: url.pathname + url.search,
      headers: { host: url.host, ...Object.fromEntries(headers) },
      ...(body === undefined ? {} : { payload: body }),
    });
    const replyHeaders = new Headers();
    for (const [name, value] of Object.entries(reply.headers)) {
      for (const one of [value ?? []].flat()) replyHeaders.append(name, String(one));
    }
    return new Response(reply.payload, { status: reply.statusCode, headers: replyHeaders });
  };
  return { config, provider, publicApp, send, stores, logged };
};

const createClient = (provider: Provider, changes: Partial<typeof emptyClientMetadata> = {}) =>
  provider.admin.createClient({
    id: 'app',
    secret: 'app-secret',
    metadata: {
      ...emptyClientMetadata,
      name: 'App',
      redirectUris: ['http://127.0.0.1:5555/cb'],
      scope: 'openid profile email offline photos',
      grantTypes: ['authorization_code', 'refresh_token'],
      ...changes,
    },
  });

const authorizeUrl = (changes: Record<string, string> = {}): string => {
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    scope: 'openid profile email photos',
    redirect_uri: 'http://127.0.0.1:5555/cb',
    state: 'state-of-the-app',
    ...changes,
  });
  return `${origin}/oauth2/auth?${query}`;
};

const arrival = (page: Page): URL => new URL(page.headers.get('location') ?? 'about:blank');

/** The parameters that the client would receive. */
const redeem = async (provider: Provider, page: Page) => {
  const code = arrival(page).searchParams.get('code') ?? '';
  const request = (url: string, headers: Record<string, string>, form: URLSearchParams | null) => ({
    method: form ? 'POST' : 'GET',
    url,
    address: '127.0.0.1',
    header: (name: string) => headers[name],
    form,
  });
  const authorization = `Basic ${Buffer.from('app:app-secret').toString('base64')}`;
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'http://127.0.0.1:5555/cb',
  });
  const token = await provider.endpoints.token(request('/oauth2/token', { authorization }, form));
  const { access_token, scope } = JSON.parse(token.body);
  const userinfo = await provider.endpoints.userinfo(
    request('/userinfo', { authorization: `Bearer ${access_token}` }, null),
  );
  return { scope, userinfo: JSON.parse(userinfo.body) };
};

t.test('a person logs in and grants a part of the requested scope, and the client gets only that part', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl({ login_hint: 'an"na' }));
  t.equal(login.status, 200);
  t.match(login.text, 'value="an&quot;na" autocomplete="username"', 'the login hint is filled in');
  const consent = await browser.submit(login, { user_name: ' anna ', answer: 'accept' });
  t.match(consent.text, 'You are logged in as <strong>anna</strong>');
  t.match(consent.text, 'See your name<small>profile</small>');
  t.match(consent.text, '>photos</label>', 'an unknown scope is shown as it is');

  t.notMatch(consent.text, /type="checkbox"[^>]* value="openid"/, 'openid is not a choice');

  const fields = formFields(consent);
  t.strictSame(fields.getAll('grant_scope'), ['openid', 'profile', 'email', 'photos'], 'all are ticked');
  for (const scope of ['openid', 'photos']) fields.delete('grant_scope', scope);
  fields.append('grant_scope', 'admin');
  fields.set('answer', 'accept');
  const end = await browser.open(new URL('consent', consent.url), { body: fields });
  t.equal(arrival(end).searchParams.get('state'), 'state-of-the-app');
  const { scope, userinfo } = await redeem(provider, end);
  t.equal(scope, 'openid profile email');
  t.match(userinfo, { sub: 'anna', name: 'anna', preferred_username: 'anna', locale: 'en' });
  t.match(userinfo, { email: 'anna@example.com', email_verified: true });
  t.notOk('phone_number' in userinfo, 'it was not requested');
});

t.test('individually requested claims are shown and returned (OpenID Connect Core §5.5)', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const claims = JSON.stringify({ userinfo: { phone_number: null }, id_token: { email: { essential: true } } });
  const login = await browser.open(authorizeUrl({ scope: 'openid', claims }));
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  t.match(consent.text, 'these claims: phone_number, email.');
  const { userinfo } = await redeem(provider, await browser.submit(consent, { answer: 'accept' }));
  t.strictSame(userinfo, { sub: 'anna', phone_number: '+1 555 0100', email: 'anna@example.com' });
});

t.test('the requested audience is shown and granted', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider, { audience: ['https://api.example/photos', 'reports'] });
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl({ audience: 'https://api.example/photos reports' }));
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  t.match(consent.text, 'For use at https://api.example/photos, reports.');
  const fields = formFields(consent);
  fields.set('answer', 'accept');
  fields.set('remember', 'true');
  await browser.open(new URL('consent', consent.url), { body: fields });
  const [listed] = await provider.admin.listConsents('anna', { limit: 1, offset: 0 });
  t.strictSame(listed?.consent.grantedAudience, ['https://api.example/photos', 'reports']);
});

t.test('a remembered login and consent are not asked again', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  const consent = await browser.submit(login, { user_name: 'anna', remember: 'true', answer: 'accept' });
  await browser.submit(consent, { remember: 'true', answer: 'accept' });
  const again = await browser.open(authorizeUrl());
  t.equal(arrival(again).origin, 'http://127.0.0.1:5555', 'neither page stops the browser');
  t.match(await redeem(provider, again), { userinfo: { sub: 'anna', name: 'anna' } });
  const other = await new PlainBrowser(send).open(authorizeUrl());
  t.match(other.text, '<title>Log in</title>', 'another browser has to log in');
});

t.test('cancelling the login or denying the consent sends access_denied to the client', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  const cancelled = await browser.submit(login, { answer: 'reject' });
  t.match(Object.fromEntries(arrival(cancelled).searchParams), {
    error: 'access_denied',
    error_description: 'The user cancelled the login.',
    state: 'state-of-the-app',
  });
  const consent = await browser.submit(await browser.open(authorizeUrl()), { user_name: 'anna', answer: 'accept' });
  const denied = await browser.submit(consent, { answer: 'reject' });
  t.equal(arrival(denied).searchParams.get('error'), 'access_denied');
});

t.test('a login without a user name, or with an overlong one, shows the form again', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  const empty = await browser.submit(login, { user_name: '  ', answer: 'accept' });
  t.equal(empty.status, 400);
  t.match(empty.text, 'role="alert">Enter a user name.');
  t.match(empty.text, 'aria-invalid="true" aria-describedby="complaint"');
  const endless = await browser.submit(empty, { user_name: 'a'.repeat(201), answer: 'accept' });
  t.equal(endless.status, 400);
  const consent = await browser.submit(endless, { user_name: 'anna', answer: 'accept' });
  t.match(consent.text, 'Allow App?');
});

t.test('all external input is escaped', async (t) => {
  const { provider, send } = await openApp(t);
  const evil = `<script>alert(1)</script>"'&`;
  await createClient(provider, {
    name: evil,
    scope: 'openid <b>bold</b>',
    policyUri: 'https://app.example/"><script>',
    tosUri: 'https://app.example/tos',
  });
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl({ scope: 'openid <b>bold</b>', login_hint: evil }));
  const consent = await browser.submit(login, { user_name: evil, answer: 'accept' });
  const callback = await browser.open(`${origin}/dev/callback?error=${encodeURIComponent(evil)}&state=%3Cb%3E`);
  for (const page of [login, consent, callback]) {
    t.match(page.text, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    t.notMatch(page.text, /<script|<b>/, 'a page without a code has no script');
  }
  t.match(consent.text, 'href="https://app.example/&quot;&gt;&lt;script&gt;"');
});

t.test('every page has headers against framing, caching, referrer leaks and scripts', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  const problem = await browser.open(`${origin}/dev/login?login_challenge=nonsense`);
  const others = [await browser.open(`${origin}/dev/callback?code=x`), await browser.open(`${origin}/`)];
  for (const { headers, text } of [login, consent, problem, ...others]) {
    t.match(headers.get('content-security-policy'), /default-src 'none'; style-src 'sha256-[^']{44}'; /);
    t.match(headers.get('content-security-policy'), "frame-ancestors 'none'; base-uri 'none'");
    t.equal(headers.get('x-frame-options'), 'DENY');
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    t.match(text, '<html lang="en">');
    t.match(text, /<main( class="wide")?>/);
    t.notMatch(text, / (style|on\w+)=/, 'there is nothing inline that the policy blocks');
  }
  t.match(login.headers.get('set-cookie'), /; HttpOnly; SameSite=Lax$/);
  for (const { headers, text } of others) {
    const script = /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    t.match(headers.get('content-security-policy'), `script-src 'sha256-${hash}'; `, 'one known script');
  }
  for (const { headers } of [login, consent, problem]) {
    t.notMatch(headers.get('content-security-policy'), 'script-src');
  }
});

t.test('the start page shows the same as the greeting; it exists in development only', async (t) => {
  const { send, config } = await openApp(t);
  const page = await new PlainBrowser(send).open(`${origin}/`);
  t.equal(page.status, 200);
  const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('"', '&quot;');
  const { createClient, getToken, authorizeUrl } = demoCommands(config);
  for (const command of [createClient, getToken, authorizeUrl]) t.match(page.text, escaped(command));
  t.match(page.text, `<code>${config.issuer}</code>`);

  const pages = { CLAVIGER_LOGIN_URL: 'http://127.0.0.1:3000/login', CLAVIGER_CONSENT_URL: 'http://127.0.0.1:3000/c' };
  const { send: withOwnPages } = await openApp(t, pages);
  t.equal((await new PlainBrowser(withOwnPages).open(`${origin}/`)).status, 404);
});

t.test('a person sees the logo and the links of a client at login and consent', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider, {
    logoUri: 'https://cdn.app.example:8443/logo.png?a=1&b="2"',
    clientUri: 'https://app.example/',
    policyUri: 'https://app.example/policy',
    tosUri: 'https://app.example/terms',
  });
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  for (const { text, headers } of [login, consent]) {
    t.match(
      text,
      '<img class="logo" src="https://cdn.app.example:8443/logo.png?a=1&amp;b=&quot;2&quot;" alt="Logo of App"',
    );
    t.match(text, '<a href="https://app.example/"');
    t.match(text, '<a href="https://app.example/policy"');
    t.match(text, '<a href="https://app.example/terms"');
    t.match(headers.get('content-security-policy'), /(^|; )img-src https:\/\/cdn\.app\.example:8443(;|$)/);
  }
  t.match(
    consent.text,
    'Afterwards you continue to <strong>127.0.0.1:5555</strong>',
    'a name can mislead, the address cannot',
  );
});

t.test(
  'a logo that is not plain https is not shown and cannot widen the policy; a script URL is not a link',
  async (t) => {
    const logos = [
      'http://app.example/l.png',
      'javascript:alert(1)',
      'data:image/png,x',
      "https://a;script-src *'/l.png",
      'l.png',
    ];
    for (const logoUri of logos) {
      const { provider, send, stores } = await openApp(t);
      await createClient(provider);
      // Rows of a release that accepted such addresses.
      const client = await stores.clients.find('app');
      if (!client) throw new Error('The client was not created.');
      const metadata = { ...client.metadata, logoUri, clientUri: 'javascript:alert(1)', policyUri: 'data:text/html,x' };
      const changed = { ...client, ...withSecret(metadata, client.storedSecret), version: client.version + 1 };
      await stores.clients.replace(changed, client.version);
      const { text, headers } = await new PlainBrowser(send).open(authorizeUrl());
      t.equal((await provider.admin.getClient('app'))?.metadata.logoUri, logoUri);
      t.notMatch(text, /<img|javascript:|data:/, logoUri);
      t.notMatch(headers.get('content-security-policy'), /img-src|script-src/, logoUri);
    }
  },
);

t.test('a post from outside the form in this browser changes nothing', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  const attempts: readonly (readonly [string, Promise<Page>])[] = [
    ['another token', browser.submit(login, { user_name: 'eve', answer: 'accept', form_token: 'x'.repeat(43) })],
    ['no token', browser.submit(login, { user_name: 'eve', answer: 'accept', form_token: '' })],
    ['another site', browser.submit(login, { user_name: 'eve', answer: 'accept' }, { 'sec-fetch-site': 'cross-site' })],
    ['another port', browser.submit(login, { user_name: 'eve', answer: 'reject' }, { 'sec-fetch-site': 'same-site' })],
    ['no cookie', new PlainBrowser(send).submit(login, { user_name: 'eve', answer: 'accept' })],
    [
      'JSON',
      browser.open(login.url, { body: new URLSearchParams('x'), headers: { 'content-type': 'application/json' } }),
    ],
  ];
  for (const [name, attempt] of attempts) t.equal((await attempt).status, 403, name);
  const consent = await browser.submit(
    login,
    { user_name: 'anna', answer: 'accept' },
    { 'sec-fetch-site': 'same-origin' },
  );
  t.match(consent.text, 'You are logged in as <strong>anna</strong>', 'the form itself still works');
  const refused = await browser.submit(consent, { answer: 'accept', form_token: 'x'.repeat(43) });
  t.equal(refused.status, 403);
  t.equal(arrival(await browser.submit(consent, { answer: 'accept' })).origin, 'http://127.0.0.1:5555');
});

t.test('two open forms of one browser do not interfere with each other', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const [first, second] = [await browser.open(authorizeUrl()), await browser.open(authorizeUrl())];
  for (const page of [first, second]) {
    const consent = await browser.submit(page, { user_name: 'anna', answer: 'accept' });
    t.ok(arrival(await browser.submit(consent, { answer: 'accept' })).searchParams.get('code'));
  }
});

t.test('an unknown challenge is a 404, and an answered one is a 410', async (t) => {
  const { provider, send } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  for (const path of ['login', 'login?login_challenge=x', 'consent', 'consent?consent_challenge=%00', 'login?%zz']) {
    t.equal((await browser.open(`${origin}/dev/${path}`)).status, 404, path);
  }
  t.equal((await browser.submit(login, { login_challenge: 'x', user_name: 'a', answer: 'accept' })).status, 404);
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  t.equal((await browser.submit(login, { user_name: 'anna', answer: 'accept' })).status, 410);
  t.equal((await browser.open(login.url)).status, 410);
  t.equal((await browser.submit(consent, { consent_challenge: 'x', answer: 'accept' })).status, 404);
  await browser.submit(consent, { answer: 'accept' });
  t.equal((await browser.open(consent.url)).status, 410);
  t.equal((await browser.submit(consent, { answer: 'accept' })).status, 410);
});

t.test('an outage behind the pages is logged once, without a stack', async (t) => {
  const { send, stores, provider, logged } = await openApp(t);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  const login = await browser.open(authorizeUrl());
  stores.flows.find = async () => {
    throw new StoreUnavailable('redis', new Error('connect ECONNREFUSED'));
  };
  for (let index = 0; index < 2; index += 1) {
    const page = await browser.open(login.url);
    t.equal(page.status, 500);
  }
  const failures = logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
  t.match(failures, [{ msg: 'a store does not answer', requestId: /./ }]);
  t.equal(failures.length, 1);
  t.equal(failures[0].err, undefined);
});

t.test('the pages exist only if no others are configured', async (t) => {
  const pages = { CLAVIGER_LOGIN_URL: 'http://127.0.0.1:3000/login', CLAVIGER_CONSENT_URL: 'http://127.0.0.1:3000/c' };
  const { provider, send } = await openApp(t, pages);
  await createClient(provider);
  const browser = new PlainBrowser(send);
  for (const path of ['login', 'consent', 'callback']) {
    t.equal((await browser.open(`${origin}/dev/${path}`)).status, 404);
  }
  const away = await browser.open(authorizeUrl());
  t.match(away.headers.get('location'), /^http:\/\/127\.0\.0\.1:3000\/login\?login_challenge=/);
});

t.test('the built-in pages answer only to a browser on this machine, unless a setting allows others', async (t) => {
  const { publicApp } = await openApp(t);
  const anywhere = await openApp(t, { CLAVIGER_DANGEROUS_BUILT_IN_PAGES: 'true' });
  const elsewhere: readonly { readonly headers?: Record<string, string>; readonly remoteAddress?: string }[] = [
    { remoteAddress: '10.0.0.7' },
    { remoteAddress: '::ffff:10.0.0.7' },
    { headers: { host: '10.0.0.7:4444' } },
    { headers: { host: 'evil.example:4444' } },
    { headers: { forwarded: 'for=192.0.2.1' } },
    { headers: { 'x-forwarded-for': '192.0.2.1' } },
    { headers: { 'x-forwarded-host': 'id.example' } },
    { headers: { via: '1.1 proxy' } },
    { headers: { 'x-real-ip': '192.0.2.1' } },
  ];
  for (const request of elsewhere) {
    for (const [method, path] of [
      ['GET', '/dev/login?login_challenge=x'],
      ['POST', '/dev/login'],
      ['GET', '/dev/consent?consent_challenge=x'],
      ['POST', '/dev/consent'],
      ['GET', '/dev/callback?code=x'],
    ] as const) {
      const sent = { method, url: path, ...request, headers: { host: '127.0.0.1:4444', ...request.headers } };
      const refused = await publicApp.inject(sent);
      t.equal(refused.statusCode, 403, `${path} ${JSON.stringify(request)}`);
      t.match(refused.payload, 'CLAVIGER_DANGEROUS_BUILT_IN_PAGES');
      t.notMatch((await anywhere.publicApp.inject(sent)).payload, 'CLAVIGER_DANGEROUS_BUILT_IN_PAGES');
    }
  }
  for (const host of ['localhost:4444', '[::1]:4444', '127.0.0.1:4444']) {
    const reply = await publicApp.inject({ url: '/dev/callback?code=x', headers: { host }, remoteAddress: '::1' });
    t.equal(reply.statusCode, 200, host);
  }
});

t.test('the built-in pages do not answer to HTTP/1.0, which proxies speak and browsers do not', async (t) => {
  const { publicApp } = await openApp(t);
  await publicApp.listen({ host: '127.0.0.1', port: 0 });
  const { port } = publicApp.server.address() as AddressInfo;
  const ask = async (version: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end(`GET /dev/callback?code=x HTTP/${version}\r\nHost: 127.0.0.1:4444\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };
  t.match(await ask('1.1'), /^HTTP\/1\.1 200 /);
  t.match(await ask('1.0'), /^HTTP\/1\.1 403 /);
});

t.test(
  'a browser that begins at another name of this machine is redirected to the host of the issuer first',
  async (t) => {
    const { publicApp } = await openApp(t);
    const ask = (url: string, host: string, method: 'GET' | 'POST' = 'GET') =>
      publicApp.inject({ method, url, headers: { host } });
    for (const host of ['localhost:4444', '[::1]:4444', 'app.localhost:4444']) {
      for (const url of [
        '/oauth2/auth?client_id=x&state=//y',
        '/oauth2/auth/sessions/login/revoke',
        '/dev/login?login_challenge=x',
      ]) {
        const reply = await ask(url, host);
        t.match([reply.statusCode, reply.headers.location], [307, `http://127.0.0.1:4444${url}`], `${host} ${url}`);
        t.equal(reply.headers['set-cookie'], undefined);
      }
    }
    t.equal((await ask('/oauth2/auth', 'localhost:4444', 'POST')).statusCode, 307);
    for (const [url, host] of [
      ['/oauth2/auth', '127.0.0.1:4444'],
      ['/oauth2/auth', 'localhost:8080'],
      ['/oauth2/auth', 'evil.example:4444'],
      ['/.well-known/openid-configuration', 'localhost:4444'],
    ] as const) {
      t.not((await ask(url, host)).statusCode, 307, `${host} ${url}`);
    }
  },
);
