// Checks of authorization requests and of where their errors are sent, before a person is asked.

import t from 'tap';
import { authorizeUrl, challengeIn, givenAClient, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { Browser, location, post } from './support/wire.ts';

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
