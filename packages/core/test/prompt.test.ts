// When a person has to log in or consent again: prompt, max_age, id_token_hint.

import t from 'tap';
import { authorizeUrl, givenAClient, redeem, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { json, location } from './support/wire.ts';

t.test('prompt and max_age decide whether a remembered login is enough (OpenID Connect Core §3.1.2.1)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const error = async (change: Record<string, string>): Promise<string | null> =>
    location(await visit.browser.visit(authorizeUrl(client, change))).searchParams.get('error');
  const skips = async (change: Record<string, string>): Promise<boolean | undefined> =>
    (await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client, change))))?.flow.login.skip;
  t.equal(await error({ prompt: 'none' }), 'login_required');
  await visit.run(authorizeUrl(client), { remember: true });
  given.wait(100);
  const cases: readonly [Record<string, string>, boolean][] = [
    [{}, true],
    [{ prompt: 'none' }, true],
    [{ prompt: 'consent' }, true],
    [{ prompt: 'login' }, false],
    [{ prompt: 'select_account' }, false],
    [{ max_age: '100' }, true],
    [{ max_age: '99' }, false],
    [{ max_age: '0' }, false],
  ];
  for (const [change, want] of cases) t.equal(await skips(change), want, JSON.stringify(change));
  t.equal(await error({ prompt: 'none', max_age: '99' }), 'consent_required', 'the consent comes first');
  for (const change of [
    { prompt: 'nonsense' },
    { prompt: 'none login' },
    { prompt: 'Login' },
    { max_age: '-1' },
    { max_age: 'x' },
    { max_age: '1.5' },
  ]) {
    t.equal(await error(change), 'invalid_request', JSON.stringify(change));
  }
});

t.test('prompt=none needs a remembered consent', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await visit.run(authorizeUrl(client), { remember: true });
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client, { prompt: 'none' })));
  t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'consent_required');
  t.equal(
    location(await visit.browser.visit(back)).searchParams.get('error'),
    'invalid_request',
    'the verifier is used up',
  );
});

t.test('an id_token_hint of another person asks for login, and prompt=none refuses', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  const body = json(await redeem(given, client, await visit.code(authorizeUrl(client), { remember: true })));
  const id_token_hint = String(body.id_token);
  const login = await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client, { id_token_hint })));
  t.match(login?.flow.login, { skip: true, subject: 'alice' });
  t.match(login?.flow.request.context.idTokenHintClaims, { sub: 'alice' });
  const other = new Visit(given);
  const back = await other.acceptLogin(await other.begin(authorizeUrl(client, { id_token_hint })), { subject: 'bob' });
  t.equal(location(await other.browser.visit(back)).searchParams.get('error'), 'login_required');
});
