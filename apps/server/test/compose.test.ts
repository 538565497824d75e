// The layout of compose.yaml without containers: migration job, two nodes, HAProxy, Postgres and Redis, started from that file
// and from the proxy's configuration file. The images themselves are not tested.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ComposeLayout, composeFile, haproxy } from './support/compose-layout.ts';
import { type Page, PlainBrowser } from './support/plain-browser.ts';

const redirectUri = 'https://shop.example/cb';

const admin = async (layout: ComposeLayout, path: string, body?: object): Promise<Record<string, unknown>> => {
  const reply = await fetch(`${layout.adminUrl}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${layout.adminKey}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as Record<string, unknown>;
};

/** Through the proxy, with the first admin key. */
const createClient = async (layout: ComposeLayout): Promise<string> => {
  const client = await admin(layout, '/clients', {
    client_id: 'shop',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: 'openid offline',
  });
  return `Basic ${btoa(`shop:${String(client.client_secret)}`)}`;
};

const token = async (layout: ComposeLayout, authorization: string, fields: Record<string, string>) => {
  const reply = await fetch(`${layout.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization, 'x-forwarded-for': '203.0.113.9' },
    body: new URLSearchParams(fields),
  });
  const body = (await reply.json()) as Record<string, string>;
  if (reply.status !== 200) throw new Error(`token: ${reply.status} ${JSON.stringify(body)}`);
  return body;
};

const openLogin = (layout: ComposeLayout, browser: PlainBrowser): Promise<Page> => {
  const query = { client_id: 'shop', response_type: 'code', scope: 'openid offline', redirect_uri: redirectUri };
  return browser.open(`${layout.issuer}/oauth2/auth?${new URLSearchParams({ ...query, state: 'state-of-the-shop' })}`);
};

const logIn = async (browser: PlainBrowser, page: Page): Promise<string> => {
  const consent = await browser.submit(page, { user_name: 'anna', answer: 'accept' });
  const end = await browser.submit(consent, { answer: 'accept' });
  const code = new URL(end.headers.get('location') ?? 'about:blank').searchParams.get('code');
  if (code === null) throw new Error(`No code: ${end.status} ${end.text}`);
  return code;
};

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 60_000; !(await holds()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`Waited too long until ${what}.`);
  }
};

const isProxyReady = (layout: ComposeLayout): Promise<boolean> =>
  fetch(`${layout.issuer}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

const requestLines = (layout: ComposeLayout, node: string): readonly Record<string, unknown>[] =>
  layout
    .output(node)
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Sends token requests one after the other, and counts the answers, until `end` is called. */
const load = (layout: ComposeLayout, authorization: string) => {
  const result = { answered: 0, failures: [] as string[] };
  let ended = false;
  const run = async (): Promise<void> => {
    while (!ended) {
      await token(layout, authorization, { grant_type: 'client_credentials' }).then(
        () => {
          result.answered += 1;
        },
        (error: unknown) => result.failures.push(String(error)),
      );
    }
  };
  const running = run();
  const end = async () => {
    ended = true;
    await running;
    return result;
  };
  return { result, end };
};

t.test('a login through the proxy, on two nodes, one of which stops in the middle', async (t: Test) => {
  const layout = await ComposeLayout.prepare(t);
  await layout.up('proxy');
  t.strictSame(layout.started, ['postgres', 'redis', 'migrate', 'claviger-1', 'claviger-2', 'proxy']);
  t.match(layout.output('migrate'), /applied {2}0001_first_schema/, 'the job migrated the schema');
  await until('the proxy sees a ready node', () => isProxyReady(layout));

  t.equal((await fetch(`${layout.adminUrl}/clients`)).status, 401, 'the admin API needs its key');
  const authorization = await createClient(layout);
  const browser = new PlainBrowser();
  const tokens = await token(layout, authorization, {
    grant_type: 'authorization_code',
    code: await logIn(browser, await openLogin(layout, browser)),
    redirect_uri: redirectUri,
  });
  t.ok(tokens.refresh_token);
  const nodes = ['claviger-1', 'claviger-2'];
  const lines = () => nodes.flatMap((node) => requestLines(layout, node));
  await until('the last request is logged', () => lines().some(({ route }) => route === '/oauth2/token'));
  for (const node of nodes) t.ok(requestLines(layout, node).length > 0, `${node} took a part of it`);
  const addresses = [...new Set(lines().map(({ address }) => address))];
  t.strictSame(addresses, ['127.0.0.1'], 'the nodes know the address of the client, and no forged one');

  await t.test('a node that is stopped loses no request, and the login ends on the other one', async (t) => {
    const other = new PlainBrowser();
    const login = await openLogin(layout, other);
    const { result, end } = load(layout, authorization);
    t.strictSame(await layout.signal('claviger-1', 'SIGTERM'), { code: 0, signal: null });
    const code = await logIn(other, login);
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    const { access_token: accessToken = '' } = await token(layout, authorization, fields);
    t.ok(accessToken);
    const before = result.answered;
    await until('the other node answers', () => result.answered >= before + 10);
    t.strictSame((await end()).failures, []);
    await until('the proxy has noticed', () => /Server public\/claviger-1 is DOWN/.test(layout.output('proxy')));
    const next = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    t.ok((await token(layout, authorization, next)).refresh_token, 'the first user stays logged in');
  });

  await t.test('a node that comes back is used again', async (t) => {
    await layout.restart('claviger-1');
    await until('the proxy sends requests to it', async () => {
      await token(layout, authorization, { grant_type: 'client_credentials' });
      return requestLines(layout, 'claviger-1').some(({ route }) => route === '/oauth2/token');
    });
    t.pass();
  });

  await t.test('while a node is dead, the proxy asks the other one', async (t) => {
    await layout.signal('claviger-2', 'SIGKILL');
    for (let count = 0; count < 20; count += 1)
      t.ok((await token(layout, authorization, { grant_type: 'client_credentials' })).access_token);
  });
});

t.test('every service has a health check or ends, and its secrets are files', async (t) => {
  for (const [name, { healthcheck, environment = {}, secrets = [] }] of Object.entries(composeFile.services)) {
    t.ok(healthcheck.disable === true || healthcheck.test, name);
    for (const secret of secrets) t.ok(composeFile.secrets[secret]?.file.startsWith('secrets/'), `${name}: ${secret}`);
    for (const [key, value] of Object.entries(environment))
      if (/SECRET|PASSWORD|KEY/.test(key)) t.match(value, /^\/run\/secrets\//, `${name}: ${key}`);
  }
});

t.test("HAProxy finds nothing wrong with the proxy's configuration", async (t) => {
  const layout = await ComposeLayout.prepare(t);
  const { status, stderr } = spawnSync(haproxy, ['-c', '-V', '-f', layout.proxyConfiguration()], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  t.notMatch(stderr, /WARNING/);
});
