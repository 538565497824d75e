// Cookies of the authorization endpoint, against others that can set cookies beside them: sibling subdomains, other servers
// of one host, and the previous release.
import { type Flow, type FlowStore, type Provider, type Settings, seconds, type WireReply } from '@claviger/core';
import t from 'tap';
import { CookieJar } from './support/cookie-jar.ts';
import { authorizeUrl, challengeIn, givenAClient } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider } from './support/given-a-provider.ts';
import { get, location } from './support/wire.ts';

const csrf = 'oauth2_authentication_csrf';
const sessionName = 'oauth2_authentication_session';

const serverAt = (issuer: string, settings: Partial<Settings> = {}): GivenProvider =>
  givenAProvider(settings, { issuer });

/**
 * Over plain http a server writes and reads what the previous release does over https, except for `Secure`; and that release does
 * not know a flow's `prefixedBrowser`.
 */
const releaseBefore = ({ stores }: GivenProvider): GivenProvider => {
  const flows: FlowStore = {
    create: (flow) => stores.flows.create(flow),
    replace: (...command) => stores.flows.replace(...command),
    noteWaiting: (...command) => stores.flows.noteWaiting(...command),
    removeAll: (of) => stores.flows.removeAll(of),
    removeExpired: (...command) => stores.flows.removeExpired(...command),
    find: async (...command) => {
      const flow = await stores.flows.find(...command);
      if (!flow) return undefined;
      const { prefixedBrowser: _, ...login } = flow.login;
      return { ...flow, login, consent: flow.consent && { ...flow.consent, prefixedBrowser: undefined } } as Flow;
    },
  };
  return givenAProvider({}, { issuer: 'http://login.example.com/', stores: { ...stores, flows } });
};

/** A browser that reaches every server at the address of the first. */
class Person {
  readonly jar = new CookieJar();
  readonly #base: URL;

  constructor({ provider }: GivenProvider) {
    this.#base = new URL(provider.issuer);
  }

  async visit({ provider }: GivenProvider, url: string): Promise<WireReply> {
    const { pathname, search } = new URL(url, this.#base);
    const below = this.#base.pathname.replace(/\/$/, '');
    const at = new URL(pathname.startsWith(`${below}/oauth2/`) ? pathname : `${below}${pathname}`, this.#base);
    const reply = await get(endpointOf(provider, pathname), `${pathname}${search}`, { cookie: this.jar.header(at) });
    this.jar.receive(at.hostname, reply.headers['set-cookie']);
    return reply;
  }

  async begin(given: GivenProvider): Promise<string> {
    return challengeIn(await this.visit(given, authorizeUrl({ id: 'shop' })), 'login_challenge');
  }

  /** The person who is logged in, or ''. */
  async whoAmI(given: GivenProvider): Promise<string> {
    return (await given.provider.admin.getLoginRequest(await this.begin(given)))?.flow.login.subject ?? '';
  }

  async acceptLogin(given: GivenProvider, challenge: string, subject: string): Promise<WireReply> {
    const { acceptLogin, getLoginRequest } = given.provider.admin;
    const skip = (await getLoginRequest(challenge))?.flow.login.skip;
    const accepted = await acceptLogin({ challenge, subject, remember: !skip, rememberFor: seconds(0) });
    if (accepted.outcome !== 'answered') throw new Error(accepted.outcome);
    return this.visit(given, accepted.redirectTo);
  }

  /** Goes through login and consent. Returns the parameters that the client receives. */
  async logIn(given: GivenProvider, subject: string, then: GivenProvider = given): Promise<Record<string, string>> {
    const asked = await this.acceptLogin(given, await this.begin(given), subject);
    const problem = location(asked).searchParams.get('error');
    if (problem !== null) return { error: problem };
    const challenge = challengeIn(asked, 'consent_challenge');
    const accepted = await then.provider.admin.acceptConsent({ challenge, grantedScope: ['openid'] });
    if (accepted.outcome !== 'answered') throw new Error(accepted.outcome);
    return Object.fromEntries(location(await this.visit(then, accepted.redirectTo)).searchParams);
  }
}

const endpointOf = ({ endpoints }: Provider, path: string) =>
  path.endsWith('/revoke') ? endpoints.logout : endpoints.authorize;

/** Cookies that a sibling subdomain sets for the common domain. */
const plant = (jar: CookieJar, name: string, value: string, path = '/'): void =>
  jar.receive('evil.example.com', `${name}=${value}; Domain=example.com; Path=${path}; Secure`);

const plantable = (jar: CookieJar, end: string): string => Object.values(jar.named(end))[0] ?? '';

const servers = {
  'https, at the root': 'https://login.example.com/',
  'https, below a path': 'https://login.example.com/auth/',
};

t.test('names and paths of the cookies follow the issuer', async (t) => {
  for (const [issuer, name, path] of [
    ['https://login.example.com', '__Host-', '/'],
    ['https://login.example.com/', '__Host-', '/'],
    ['https://login.example.com/auth', '__Secure-', '/auth'],
    ['https://login.example.com/auth/x/', '__Secure-', '/auth/x'],
    ['https://login.example.com/auth/x;y/z', '__Secure-', '/auth'],
    ['http://127.0.0.1:4444/', '', '/'],
    ['http://127.0.0.1:4444/auth', '', '/'],
  ] as const) {
    const given = serverAt(issuer, { legacyCookies: false });
    await givenAClient(given);
    const { headers } = await get(given.provider.endpoints.authorize, authorizeUrl({ id: 'shop' }));
    const lines = [headers['set-cookie'] ?? []].flat();
    t.equal(lines.length, 1, issuer);
    t.match(lines[0]?.split('=', 1)[0], new RegExp(`^${name}${csrf}$`), issuer);
    t.ok(lines[0]?.includes(`; Path=${path}; `), `${issuer}: ${lines[0]}`);
    t.equal(lines[0]?.includes('; Secure'), issuer.startsWith('https'), issuer);
  }
});

for (const [what, issuer] of Object.entries(servers)) {
  t.test(`${what}: a login works with and without the names of the previous release`, async (t) => {
    for (const legacyCookies of [true, false]) {
      const given = serverAt(issuer, { legacyCookies });
      await givenAClient(given);
      const alice = new Person(given);
      t.match(await alice.logIn(given, 'alice'), { code: /./ });
      t.equal(await alice.whoAmI(given), 'alice');
      t.equal(Object.keys(alice.jar.named(sessionName)).length, legacyCookies ? 2 : 1);
      await alice.visit(given, '/oauth2/auth/sessions/login/revoke');
      t.strictSame(alice.jar.named(sessionName), {});
      t.equal(await alice.whoAmI(given), '');
    }
  });

  t.test(
    `${what}: cookies that a sibling subdomain plants under the names without a prefix change nothing`,
    async (t) => {
      const given = serverAt(issuer);
      await givenAClient(given);
      const [alice, mallory] = [new Person(given), new Person(given)];
      await mallory.logIn(given, 'mallory');
      await alice.logIn(given, 'alice');
      const stolen = mallory.jar.named(sessionName);
      const [prefixed = ''] = Object.keys(stolen).filter((name) => name.startsWith('__'));
      for (const path of ['/', '/oauth2', '/oauth2/auth']) plant(alice.jar, sessionName, stolen[prefixed] ?? '', path);
      t.equal(await alice.whoAmI(given), 'alice', 'her own session is used');
      alice.jar.drop(prefixed.split(' ')[0] ?? '');
      t.equal(await alice.whoAmI(given), '', 'without the cookie with the prefix the other one is ignored');
    },
  );

  t.test(`${what}: a flow belongs to the cookie with the prefix`, async (t) => {
    const given = serverAt(issuer);
    await givenAClient(given);
    const [alice, mallory] = [new Person(given), new Person(given)];
    const challenge = await mallory.begin(given);
    const plain = mallory.jar.named(csrf)[`${csrf} /`] ?? '';
    plant(alice.jar, csrf, plain);
    const reply = await alice.acceptLogin(given, challenge, 'mallory');
    t.equal(location(reply).searchParams.get('error'), 'request_forbidden');
  });

  t.test(`${what}: duplicate cookies do not keep a browser from logging in`, async (t) => {
    const given = serverAt(issuer);
    await givenAClient(given);
    const [alice, mallory] = [new Person(given), new Person(given)];
    await mallory.logIn(given, 'mallory');
    await alice.logIn(given, 'alice');
    for (const name of [csrf, 'oauth2_consent_csrf', sessionName]) {
      for (const [key, value] of Object.entries(mallory.jar.named(name))) {
        const planted = key.split(' ')[0] ?? '';
        for (const path of ['/', '/auth', '/auth/', '/oauth2', '/auth/oauth2', '/auth/oauth2/auth']) {
          plant(alice.jar, planted, value, path);
        }
        plant(alice.jar, planted, 'garbage');
      }
    }
    t.not(await alice.whoAmI(given), 'mallory');
    t.match(await alice.logIn(given, 'alice'), { code: /./ });
    t.equal(await alice.whoAmI(given), 'alice');
  });

  t.test(`${what}: nodes of the previous release and this one serve one browser`, async (t) => {
    const given = serverAt(issuer);
    const old = releaseBefore(given);
    await givenAClient(given);
    const alice = new Person(given);
    t.match(await alice.logIn(old, 'alice'), { code: /./ });
    t.equal(await alice.whoAmI(given), 'alice', 'a session of the previous release is valid here');
    const begunBefore = await alice.begin(old);
    const begunHere = await alice.begin(given);
    t.match(location(await alice.acceptLogin(given, begunBefore, 'alice')).searchParams.get('consent_challenge'), /./);
    t.match(location(await alice.acceptLogin(old, begunHere, 'alice')).searchParams.get('consent_challenge'), /./);
    const bob = new Person(given);
    t.match(
      await bob.logIn(given, 'bob', old),
      { code: /./ },
      'the browser returns from the consent to the previous release',
    );
    t.equal(await bob.whoAmI(old), 'bob', 'a session of this release is valid there');
    t.match(await new Person(given).logIn(old, 'bob', given), { code: /./ });
  });

  t.test(`${what}: without legacy cookies, cookies of the previous release are ignored`, async (t) => {
    const given = serverAt(issuer, { legacyCookies: false });
    const old = releaseBefore(given);
    await givenAClient(given);
    const alice = new Person(given);
    await alice.logIn(old, 'alice');
    const begunBefore = await alice.begin(old);
    t.equal(await alice.whoAmI(given), '');
    t.equal(
      location(await alice.acceptLogin(given, begunBefore, 'alice')).searchParams.get('error'),
      'request_forbidden',
    );
  });
}

t.test('the id in a cookie without the prefix is never copied to the cookie with it', async (t) => {
  const given = serverAt('https://login.example.com/');
  const old = releaseBefore(given);
  await givenAClient(given);
  const [alice, mallory] = [new Person(given), new Person(given)];
  await mallory.begin(old);
  const [known = ''] = plantable(mallory.jar, csrf).split('.');
  plant(alice.jar, csrf, plantable(mallory.jar, csrf));
  await alice.begin(given);
  t.notMatch(alice.jar.named(csrf)[`__Host-${csrf} /`], known);
});

t.test('two servers at two paths of one host do not interfere with each other', async (t) => {
  const [first, second] = [serverAt('https://example.com/one'), serverAt('https://example.com/two')];
  await givenAClient(first);
  await givenAClient(second);
  const [atFirst, atSecond] = [new Person(first), new Person(second)];
  Object.defineProperty(atSecond, 'jar', { value: atFirst.jar });
  const challenge = await atFirst.begin(first);
  t.match(await atSecond.logIn(second, 'bob'), { code: /./ });
  t.match(location(await atFirst.acceptLogin(first, challenge, 'alice')).searchParams.get('consent_challenge'), /./);
  t.equal(await atFirst.whoAmI(first), 'alice');
  t.equal(await atSecond.whoAmI(second), 'bob');
});

t.test('cookie names are compared whole: white space outside HTTP syntax does not hide a prefix', async (t) => {
  const given = serverAt('https://login.example.com/', { legacyCookies: false });
  await givenAClient(given);
  const mallory = new Person(given);
  await mallory.logIn(given, 'mallory');
  const cookie = `\u00a0__Host-${sessionName}=${plantable(mallory.jar, sessionName)}`;
  const reply = await get(given.provider.endpoints.authorize, authorizeUrl({ id: 'shop' }), { cookie });
  const begun = await given.provider.admin.getLoginRequest(challengeIn(reply, 'login_challenge'));
  t.equal(begun?.flow.login.subject, null);
});

t.test('over plain http a browser recovers from a duplicate cookie too', async (t) => {
  const given = serverAt('http://login.example.com/');
  await givenAClient(given);
  const [alice, mallory] = [new Person(given), new Person(given)];
  await mallory.logIn(given, 'mallory');
  await alice.logIn(given, 'alice');
  for (const name of [csrf, 'oauth2_consent_csrf', sessionName]) plant(alice.jar, name, plantable(mallory.jar, name));
  t.equal(await alice.whoAmI(given), '', 'neither of the two is trusted');
  t.equal(await alice.whoAmI(given), 'alice', 'the planted cookie was deleted');
  t.match(await alice.logIn(given, 'alice'), { code: /./ });
});

t.test('a logout ends the sessions of all cookies that the browser sends', async (t) => {
  const given = serverAt('http://login.example.com/');
  await givenAClient(given);
  const [alice, mallory] = [new Person(given), new Person(given)];
  await mallory.logIn(given, 'mallory');
  await alice.logIn(given, 'alice');
  plant(alice.jar, sessionName, plantable(mallory.jar, sessionName));
  await alice.visit(given, '/oauth2/auth/sessions/login/revoke');
  t.strictSame(alice.jar.named(sessionName), {});
  t.equal(await mallory.whoAmI(given), '');
});
