// How much a stranger can store as flows: the size of a flow, and the number of pending flows.
import { type Flow, fullUrl, hintClaimsOf } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { authorizeUrl, givenAClient, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { get, json, location, post } from './support/wire.ts';

const kibibyte = 1024;

t.test('each parameter has a limit in bytes, and the refusal names the parameter', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  for (const [name, most] of Object.entries({ state: 8, nonce: 2, login_hint: 2, ui_locales: 2, claims: 8 })) {
    const fits = name === 'claims' ? `{"a":"${'x'.repeat(most * kibibyte - 8)}"}` : 'x'.repeat(most * kibibyte);
    const begun = await get(given.provider.endpoints.authorize, authorizeUrl(client, { [name]: fits }));
    t.ok(location(begun).searchParams.has('login_challenge'), `${name}: ${most} KiB`);
    for (const tooLong of [`${fits}x`, ...(most === 2 ? ['é'.repeat(most * 512 + 1)] : [])]) {
      const refused = await get(given.provider.endpoints.authorize, authorizeUrl(client, { [name]: tooLong }));
      const told = location(refused).searchParams;
      t.equal(told.get('error'), 'invalid_request');
      t.match(told.get('error_hint'), `"${name}" has more than ${most * kibibyte} bytes`);
    }
  }
  const hint = await get(given.provider.endpoints.authorize, authorizeUrl(client, { id_token_hint: 'x'.repeat(8193) }));
  t.match(location(hint).searchParams.get('error_hint'), '"id_token_hint" has more than 8192 bytes');
});

/** Flows as the store receives them. */
const withStoredFlows = () => {
  const stores = memoryStores();
  const stored: Flow[] = [];
  const create = stores.flows.create.bind(stores.flows);
  stores.flows.create = (flow) => {
    stored.push(flow);
    return create(flow);
  };
  return { given: givenAProvider({}, { stores }), stored };
};

t.test('a request is stored once: a long one takes little more than its own length', async (t) => {
  const { given, stored } = withStoredFlows();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const idToken = json(
    await post(
      given.provider.endpoints.token,
      {
        grant_type: 'authorization_code',
        redirect_uri: 'https://shop.example/cb',
        code: await visit.code(
          authorizeUrl(client),
          {},
          { session: { accessToken: {}, idToken: { x: 'y'.repeat(4000) } } },
        ),
      },
      client.auth,
    ),
  ).id_token;
  const claims = JSON.stringify({ userinfo: { email: null, [`x${'y'.repeat(500)}`]: null } });
  const long = {
    state: `a b+c&d=${'s'.repeat(4000)}`,
    nonce: 'n'.repeat(2000),
    login_hint: 'l'.repeat(2000),
    claims: claims.replaceAll(',', ', '),
    id_token_hint: String(idToken),
    theme: 'dark',
  };
  const url = authorizeUrl(client, long);
  const challenge = await visit.begin(url);
  const flow = stored.at(-1);
  t.ok(flow && JSON.stringify(flow).length < url.length + 2000, `${url.length} become ${JSON.stringify(flow).length}`);
  t.strictSame(Object.keys(flow?.request.context.idTokenHintClaims ?? {}), ['sub']);
  t.match(flow && hintClaimsOf(flow.request.context, flow.request.url), { sub: 'alice', aud: ['shop'] });
  t.notMatch(flow?.request.url, 'nnn', 'a long value is stored in its member only');
  t.strictSame(
    Object.fromEntries(new URL(flow ? fullUrl(flow.request) : '').searchParams),
    { ...Object.fromEntries(new URLSearchParams(url.split('?')[1])), claims },
    'the whole URL can still be returned',
  );
  const back = new URL(await visit.acceptLogin(challenge)).searchParams;
  t.equal(back.get('state'), long.state);
  t.equal(back.get('nonce'), long.nonce);
});

t.test('short values stay in the URL as they were sent', async (t) => {
  const { given, stored } = withStoredFlows();
  const url = `${authorizeUrl(await givenAClient(given))}&theme=dark%20blue&login_hint=a+b`;
  await new Visit(given).begin(url);
  t.equal(stored[0] && fullUrl(stored[0].request), `http://127.0.0.1:4444${url}`);
  t.equal(stored[0]?.request.url, `http://127.0.0.1:4444${url}`);
});

t.test('a flow that has ended keeps little of a long request, since it no longer counts', async (t) => {
  const { given, stored } = withStoredFlows();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const end = async (url: string): Promise<{ readonly redirectTo: string; readonly flow: Flow | undefined }> => {
    const challenge = await visit.begin(url);
    const rejection = { error: 'access_denied', description: null, hint: null, debug: null, statusCode: 0 };
    const rejected = await given.provider.admin.rejectLogin({ challenge, rejection });
    const redirectTo = rejected.outcome === 'answered' ? rejected.redirectTo : '';
    await visit.browser.visit(redirectTo);
    const pending = await given.provider.admin.getLoginRequest(challenge);
    return { redirectTo, flow: pending?.flow };
  };
  const claims = JSON.stringify({ userinfo: { [`x${'y'.repeat(4000)}`]: null } });
  const long = {
    state: 's'.repeat(3000),
    nonce: 'n'.repeat(2000),
    login_hint: 'l'.repeat(2000),
    claims,
    theme: 't'.repeat(2000),
  };
  const { redirectTo, flow } = await end(authorizeUrl(client, long));
  t.ok(JSON.stringify(stored.at(-1)).length > 10_000);
  t.ok(JSON.stringify(flow).length < 1500, `${JSON.stringify(flow).length}`);
  t.equal(flow?.state, 'ended');
  const again = location(await visit.browser.visit(redirectTo)).searchParams;
  t.match(again.get('error_hint'), 'used before');
  t.equal(again.get('state'), long.state);

  const usual = authorizeUrl(client, { login_hint: 'anna@shop.example' });
  t.equal((await end(usual)).flow?.request.url, `http://127.0.0.1:4444${usual}`);
});

t.test('above the limit a new flow is 503 with Retry-After; tokens and flows in progress continue', async (t) => {
  const given = givenAProvider({ maxPendingFlowsPerProcess: 2 });
  const client = await givenAClient(given);
  const { authorize } = given.provider.endpoints;
  const visit = new Visit(given);
  const challenge = await visit.begin(authorizeUrl(client));
  await visit.begin(authorizeUrl(client));
  const refused = await get(authorize, authorizeUrl(client));
  t.equal(refused.status, 503);
  t.match(refused.headers, { 'retry-after': /^\d+$/, 'content-type': /html/ });
  t.match(given.provider.admin.countPendingFlows(), { here: 2, everywhere: 2, refused: 1 });
  t.strictSame(given.failures, [], 'an intended refusal is not reported as a failure');

  const token = await post(given.provider.endpoints.token, { grant_type: 'client_credentials' }, client.auth);
  t.equal(token.status, 200);
  const rejected = await given.provider.admin.rejectLogin({
    challenge,
    rejection: { error: 'access_denied', description: null, hint: null, debug: null, statusCode: 0 },
  });
  await visit.browser.visit(rejected.outcome === 'answered' ? rejected.redirectTo : '');
  t.match(await visit.run(authorizeUrl(client)), { status: 302 }, 'a flow that has ended makes room');
  t.match(given.provider.admin.countPendingFlows(), { here: 1 });
  await visit.begin(authorizeUrl(client));
  t.equal((await get(authorize, authorizeUrl(client))).status, 503);
  given.wait(910);
  t.ok(
    location(await get(authorize, authorizeUrl(client))).searchParams.has('login_challenge'),
    'so does what expired',
  );
});

t.test('concurrent requests cannot exceed the limit', async (t) => {
  const given = givenAProvider({ maxPendingFlowsPerProcess: 5 });
  const client = await givenAClient(given);
  const visits = Array.from({ length: 20 }, () => get(given.provider.endpoints.authorize, authorizeUrl(client)));
  const statuses = (await Promise.all(visits)).map(({ status }) => status);
  t.equal(statuses.filter((status) => status === 302).length, 5);
  t.equal(statuses.filter((status) => status === 503).length, 15);
});

t.test('one network cannot take the room of others, and gets its room back', async (t) => {
  const given = givenAProvider({ maxPendingFlowsPerNetwork: 2 });
  const { authorize } = given.provider.endpoints;
  const client = await givenAClient(given);
  const statusFrom = async (address: string): Promise<number> =>
    (await get(authorize, authorizeUrl(client), { 'x-test-address': address })).status;
  const strangers = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4'];
  t.strictSame(await Promise.all(strangers.map(statusFrom)), [302, 302, 503, 503]);
  t.equal(await statusFrom('2001:db8:0:1::1'), 302, 'another network');
  t.match(given.provider.admin.countPendingFlows(), { here: 3, refused: 2 });

  const visit = new Visit(given);
  await visit.run(authorizeUrl(client));
  await visit.run(authorizeUrl(client));
  await visit.run(authorizeUrl(client));
  t.pass('flows that end free their place');
  t.equal(await statusFrom('2001:db8::9'), 503);
  given.wait(910);
  t.equal(await statusFrom('2001:db8::9'), 302, 'so do those that expire');
});

t.test('a flow that cannot be stored is not counted', async (t) => {
  const stores = memoryStores();
  stores.flows.create = () => Promise.reject(new Error('broken'));
  const given = givenAProvider({}, { stores });
  await get(given.provider.endpoints.authorize, authorizeUrl(await givenAClient(given)));
  t.match(given.provider.admin.countPendingFlows(), { here: 0 });
});

t.test('the limit for all nodes counts flows that any node began, wherever they end', async (t) => {
  const stores = memoryStores();
  const nodes = [1, 2].map(() => givenAProvider({ maxPendingFlows: 4 }, { stores }));
  const [first = givenAProvider(), second = first] = nodes;
  const client = await givenAClient(first);
  const share = async (): Promise<void> => {
    for (const { provider } of [first, second, first, second]) await provider.admin.sharePendingFlows();
  };
  const statusAt = async ({ provider }: typeof first): Promise<number> =>
    (await get(provider.endpoints.authorize, authorizeUrl(client))).status;

  const visit = new Visit(first);
  const challenge = await visit.begin(authorizeUrl(client));
  t.equal(await statusAt(first), 302);
  t.equal(await statusAt(second), 302);
  t.equal(await statusAt(second), 302);
  await share();
  t.equal(await statusAt(first), 503);
  t.equal(await statusAt(second), 503);

  const rejected = await first.provider.admin.rejectLogin({
    challenge,
    rejection: { error: 'access_denied', description: null, hint: null, debug: null, statusCode: 0 },
  });
  const { search } = new URL(rejected.outcome === 'answered' ? rejected.redirectTo : '');
  const cookie = [...visit.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  await get(second.provider.endpoints.authorize, `/oauth2/auth${search}`, { cookie });
  await share();
  t.equal(await statusAt(first), 302, 'it ended on the other node');
  await share();
  t.equal(await statusAt(first), 503);
  for (const { wait } of nodes) wait(910);
  t.equal(await statusAt(first), 302);
});

t.test('an idle node does not call the store', async (t) => {
  const stores = memoryStores();
  let notes = 0;
  const note = stores.flows.noteWaiting.bind(stores.flows);
  stores.flows.noteWaiting = (...command) => {
    notes += 1;
    return note(...command);
  };
  const given = givenAProvider({}, { stores });
  await given.provider.admin.sharePendingFlows();
  t.equal(notes, 0);
  await new Visit(given).run(authorizeUrl(await givenAClient(given)));
  await given.provider.admin.sharePendingFlows();
  t.equal(notes, 0, 'flows that began and ended in between need no note');
});

t.test('0 turns the limits off', async (t) => {
  const given = givenAProvider({ maxPendingFlows: 0, maxPendingFlowsPerProcess: 0 });
  const client = await givenAClient(given);
  await new Visit(given).begin(authorizeUrl(client));
  await given.provider.admin.sharePendingFlows();
  t.ok(await new Visit(given).begin(authorizeUrl(client)));
});
