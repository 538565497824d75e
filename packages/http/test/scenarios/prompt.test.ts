// Who has to log in or consent again, over HTTP: prompt, max_age, id_token_hint.
import t from 'tap';
import { givenAServer } from '../support/given-a-server.ts';
import { claimsOf, givenAClient, type Outcome, Person } from '../support/journey.ts';

const remembered = { login: { accept: { remember: true } }, consent: { accept: { remember: true } } };

/** Where the flow ended, the error, and whether the apps were asked to skip. */
const brief = ({ at, told, login, consent }: Outcome) => [at, told.error, login?.skip, consent?.skip];

t.test('prompt=none needs a remembered login and a remembered consent', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const alice = new Person(server);
  const none = { params: { prompt: 'none' } };
  t.strictSame(brief(await alice.authorize(client, none)), ['client', 'login_required', undefined, undefined]);
  await alice.authorize(client, { login: { accept: { remember: true } } });
  t.strictSame(brief(await alice.authorize(client, none)), ['client', 'consent_required', true, undefined]);
  await alice.authorize(client, { consent: { accept: { remember: true } } });
  t.strictSame(brief(await alice.authorize(client, none)), ['client', undefined, true, true]);
  const wider = { params: { prompt: 'none', scope: 'openid photos.write' } };
  t.strictSame(brief(await alice.authorize(client, wider)), ['client', 'consent_required', true, undefined]);
  const implicit = { params: { prompt: 'none', response_type: 'id_token' } };
  const silent = await new Person(server).authorize(client, implicit);
  t.match(silent, { part: 'fragment', told: { error: 'login_required', state: 'state-1' } });
});

t.test('prompt=consent asks for the consent again, prompt=login for the login', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const alice = new Person(server);
  await alice.authorize(client, remembered);
  t.strictSame(brief(await alice.authorize(client, { params: { prompt: 'consent' } })), [
    'client',
    undefined,
    true,
    false,
  ]);
  const again = { params: { prompt: 'login' }, login: { accept: { remember: true } } };
  t.strictSame(brief(await alice.authorize(client, again)), ['client', undefined, false, true]);
  for (const prompt of ['nonsense', 'none login', 'Login']) {
    const end = await alice.authorize(client, { params: { prompt } });
    t.strictSame(brief(end), ['client', 'invalid_request', undefined, undefined], prompt);
  }
});

t.test('max_age limits the age of a remembered login', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const cases: readonly [Record<string, string>, readonly unknown[]][] = [
    [{}, ['client', undefined, true, false]],
    [{ max_age: '3600' }, ['client', undefined, true, false]],
    [{ max_age: '1' }, ['client', undefined, false, false]],
    [{ max_age: '0' }, ['client', undefined, false, false]],
    [{ max_age: '1', prompt: 'none' }, ['client', 'consent_required', undefined, undefined]],
    [{ max_age: '-1' }, ['client', 'invalid_request', undefined, undefined]],
    [{ max_age: 'abc' }, ['client', 'invalid_request', undefined, undefined]],
  ];
  for (const [params, expected] of cases) {
    const alice = new Person(server);
    const before = claimsOf((await alice.tokens(client, { login: { accept: { remember: true } } })).id_token);
    server.wait(2);
    t.strictSame(brief(await alice.authorize(client, { params })), expected, JSON.stringify(params));
    if (expected[2] !== false) continue;
    const after = claimsOf((await alice.tokens(client, { params })).id_token);
    t.ok(Number(after.auth_time) > Number(before.auth_time), 'auth_time is that of the new login');
  }
});

t.test('id_token_hint: only the person that it names', async (t) => {
  const server = givenAServer(t);
  const client = await givenAClient(server);
  const [alice, bob] = [new Person(server, 'alice'), new Person(server, 'bob')];
  const hint = (await alice.tokens(client, remembered)).id_token ?? '';
  const other = (await bob.tokens(client, remembered)).id_token ?? '';
  const go = async (person: Person, id_token_hint: string, params = {}) =>
    brief(await person.authorize(client, { params: { id_token_hint, ...params } }));
  t.strictSame(await go(alice, hint), ['client', undefined, true, true]);
  t.strictSame(await go(alice, hint, { prompt: 'none' }), ['client', undefined, true, true]);
  t.strictSame(await go(alice, other, { prompt: 'none' }), ['client', 'login_required', true, undefined]);
  t.strictSame(await go(new Person(server, 'alice'), hint), ['client', undefined, false, true]);
  t.strictSame(await go(new Person(server, 'carol'), hint), ['client', 'login_required', false, undefined]);
  t.strictSame(await go(alice, 'garbage'), ['client', 'invalid_request', undefined, undefined]);
  const [header, claims] = hint.split('.');
  const forged = `${header}.${claims}.${'A'.repeat(342)}`;
  t.strictSame(await go(alice, forged), ['client', 'invalid_request', undefined, undefined]);
  server.wait(3601);
  t.strictSame(await go(alice, hint), ['client', undefined, true, true], 'expired');
});

t.test('a client that can be impersonated gets no answer without interaction (RFC 8252 §8.6)', async (t) => {
  const server = givenAServer(t, { settings: { requirePkce: false } });
  const app = await givenAClient(server, 'app', {
    token_endpoint_auth_method: 'none',
    redirect_uris: ['app.example:/cb'],
  });
  const alice = new Person(server);
  const params = { redirect_uri: 'app.example:/cb' };
  await alice.authorize(app, { ...remembered, params });
  t.strictSame(brief(await alice.authorize(app, { params })), ['client', undefined, true, false]);
  const end = await alice.authorize(app, { params: { ...params, prompt: 'none' } });
  t.equal(end.told.error, 'consent_required');
});
