// Pages that people see outside a login: errors, unknown addresses, the end of a session.
import { createHash } from 'node:crypto';
import { StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { type Answer, givenAServer } from './support/given-a-server.ts';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const requestIdOn = ({ text }: Answer): string => /<dt>Request id<\/dt><dd>([^<]+)<\/dd>/.exec(text)?.[1] ?? '';

const timesIn = (text: string, part: string): number => text.split(part).length - 1;

t.test('an error page states the error once, and the log has its request id', async (t) => {
  const { public: open, logged } = givenAServer(t);
  const page = await open('GET /oauth2/auth?client_id=ghost', { headers: browser });
  t.equal(page.status, 400);
  t.match(page.text, '<title>This request cannot be continued</title>');
  t.match(page.text, '<dt>Error</dt><dd>invalid_client</dd>');
  t.equal(timesIn(page.text, 'client_id'), 1, 'the hint');
  t.equal(timesIn(page.text, '<dt>'), 3, 'the error, the reason, the request id');
  const lines = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  t.strictSame(
    lines.map(({ requestId }) => requestId),
    [requestIdOn(page)],
  );
  const other = await open('GET /oauth2/auth?client_id=ghost');
  t.not(requestIdOn(other), requestIdOn(page));
});

t.test('request ids of two servers differ', async (t) => {
  const ids = [];
  for (let server = 0; server < 2; server++) {
    const { public: open } = givenAServer(t);
    ids.push(requestIdOn(await open('GET /oauth2/auth?client_id=ghost')));
  }
  t.match(ids[0], /^[0-9a-f]{10}-1$/);
  t.not(ids[0], ids[1]);
});

t.test('after an internal failure, the logged cause has the request id of the page', async (t) => {
  const stores = memoryStores();
  stores.clients.find = async () => {
    throw new StoreUnavailable('clients', new Error('away'));
  };
  const failures: unknown[] = [];
  const server = givenAServer(t, { stores, reportFailure: (_cause, requestId) => failures.push(requestId) });
  const page = await server.public('GET /oauth2/auth?client_id=shop', { headers: browser });
  t.equal(page.status, 503);
  t.match(page.text, 'Please try again in a moment.');
  t.match(requestIdOn(page), /^[0-9a-f]{10}-1$/);
  t.strictSame(failures, [requestIdOn(page)]);
});

t.test('at an unknown address a browser gets a page, and programs get the text of 2018', async (t) => {
  const server = givenAServer(t);
  for (const send of [server.public, server.admin]) {
    for (const [request, status] of [
      ['GET /', 404],
      ['GET /login?login_challenge=x', 404],
      ['GET /nope/%zz', 404],
      ['GET /oauth2/token', 405],
    ] as const) {
      const page = await send(request, { headers: browser });
      t.equal(page.status, status, request);
      t.match(page.text, '<h1>There is no page at this address</h1>');
      t.match(requestIdOn(page), /./);
      t.equal(page.headers.allow, status === 405 ? 'POST' : undefined);
      t.match((await send(request)).headers['content-type'], /^text\/plain/);
    }
  }
  t.match((await server.public('POST /nope', { headers: browser })).text, '404 page not found');
});

t.test('no page tells people about settings', async (t) => {
  const { public: open } = givenAServer(t);
  for (const name of ['consent', 'error', 'logout']) {
    t.notMatch((await open(`GET /oauth2/fallbacks/${name}`)).text, /CLAVIGER_/, name);
  }
  t.match((await open('GET /oauth2/fallbacks/logout')).text, '<h1>You are logged out</h1>');
});

t.test('the fallback error page prefers the hint', async (t) => {
  const { public: open } = givenAServer(t);
  const query = 'error=invalid_scope&error_description=general&error_hint=special';
  const hinted = await open(`GET /oauth2/fallbacks/error?${query}`);
  t.match(hinted.text, '<dt>Reason</dt><dd>special</dd>');
  t.notMatch(hinted.text, 'general');
  t.match((await open('GET /oauth2/fallbacks/error?error_description=general')).text, '<dd>general</dd>');
});

t.test('the policy allows only the style sheet of the page', async (t) => {
  const { public: open } = givenAServer(t);
  const { headers, text } = await open('GET /oauth2/fallbacks/logout');
  const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  t.equal(
    headers['content-security-policy'],
    `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  );
});

/** WCAG 2.2, relative luminance. */
const luminance = (color: string): number => {
  const long = color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(long.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, two: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

t.test('every text has enough contrast, in light and dark (WCAG 2.2 §1.4.3, §1.4.11)', async (t) => {
  const { public: open } = givenAServer(t);
  const { text } = await open('GET /oauth2/fallbacks/logout');
  const themes = [...text.matchAll(/:root\{([^}]*)\}/g)].map(([, declarations = '']) =>
    Object.fromEntries([...declarations.matchAll(/--([a-z]+):(#[0-9a-f]+)/g)].map(([, name, value]) => [name, value])),
  );
  t.equal(themes.length, 2);
  for (const { ink, soft, paper, ground, line, accent, deep, on, bad } of themes) {
    for (const [front, back] of [
      [ink, paper],
      [ink, ground],
      [soft, paper],
      [accent, paper],
      [accent, ground],
      [on, accent],
      [on, deep],
      [bad, paper],
    ]) {
      t.ok(contrast(front ?? '', back ?? '') >= 4.5, `${front} on ${back}`);
    }
    t.ok(contrast(line ?? '', paper ?? '') >= 3, 'the border of a field');
  }
});
