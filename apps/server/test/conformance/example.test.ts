// The server of examples/conformance, as its README describes it: behind TLS, with its own clients.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@claviger/adapters-sql/testing';
import t from 'tap';
import { allModules } from './all-modules.ts';
import { serveDocuments } from './support/documents.ts';
import { startExample } from './support/example-server.ts';
import { complete } from './support/flow.ts';
import { laxFetch } from './support/lax-fetch.ts';
import { sharedKeys } from './support/party.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const example = new URL('../../../../../examples/conformance/', import.meta.url);

interface Task {
  readonly match: string;
  readonly commands: readonly (readonly (string | number)[])[];
}

type Browser = readonly { readonly match: string; readonly tasks: readonly Task[] }[];

interface Account {
  readonly client_id: string;
  readonly client_secret: string;
}

const { browser, override, client, client2, client_secret_post } = JSON.parse(
  readFileSync(new URL('suite.json', example), 'utf8'),
) as Record<'client' | 'client2' | 'client_secret_post', Account> & {
  readonly browser: Browser;
  readonly override: Readonly<Record<string, { readonly browser: Browser }>>;
};

/** What suite-config.mjs prints. */
const generated = (settings: Readonly<Record<string, string>> = {}): unknown => {
  const { PATH = '' } = process.env;
  const script = fileURLToPath(new URL('suite-config.mjs', example));
  return JSON.parse(execFileSync(process.execPath, [script], { env: { PATH, ...settings }, encoding: 'utf8' }));
};

/** The default of CALLBACK. */
const callback = 'https://localhost.emobix.co.uk:8443/test/a/claviger/callback';

t.test('behind a TLS proxy every URL and cookie follows the issuer', async (t) => {
  const server = await startExample(t);
  t.match(server.issuer, /^https:/);
  for (const [member, value] of Object.entries(server.metadata)) {
    if (/_(endpoint|uri)$/.test(member)) t.ok(String(value).startsWith(server.issuer), member);
  }
  const query = new URLSearchParams({
    client_id: 'client',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
  });
  const begun = await laxFetch(`${server.endpoint('authorization_endpoint')}?${query}`);
  const login = begun.headers.get('location') ?? '';
  t.ok(login.startsWith(`${server.issuer}dev/login?`));
  const page = await laxFetch(login);
  const cookies = [...begun.headers.getSetCookie(), ...page.headers.getSetCookie()];
  t.ok(cookies.length > 1);
  for (const cookie of cookies) t.match(cookie, /; Secure/);
});

t.test('the clients of suite.json exist, for plans without registration', async (t) => {
  const given = { server: await startExample(t), documents: await serveDocuments(t), responseMode: 'default' } as const;
  const keys = await sharedKeys();
  const accounts = { client, client2, client_secret_post };
  for (const [name, { client_id: id, client_secret: secret }] of Object.entries(accounts)) {
    const party = { id, secret, keys, redirectUri: callback, scope: 'openid profile', registered: {} };
    const clientAuth = name === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic';
    for (const responseType of ['code', 'id_token token', 'code id_token token']) {
      await complete(t, { ...given, clientAuth, responseType }, party);
    }
  }
});

t.test('suite.json is what suite-config.mjs prints, and another host or port changes every address', async (t) => {
  t.strictSame(JSON.parse(readFileSync(new URL('suite.json', example), 'utf8')), generated());
  const other = JSON.stringify(generated({ HOST: 'op.test', PORT: '8888', CALLBACK: 'https://suite.test/cb' }));
  t.match(other, 'https://op.test:8888/');
  t.notMatch(other, /localhost|9443/);
});

t.test('no task for the suite matches an authorization request, which contains the redirect URI', async (t) => {
  const asked = `https://localhost:9443/oauth2/auth?client_id=client&redirect_uri=${callback}&response_type=code`;
  // As in the suite, only * has a special meaning.
  const matches = (pattern: string, url: string): boolean => {
    const literal = pattern.split('*').map((part) => part.replace(/[.?+^$()[\]{}|\\]/g, '\\$&'));
    return new RegExp(`^${literal.join('.*')}$`).test(url);
  };
  const tasks = (all: Browser): readonly Task[] => all.flatMap((one) => one.tasks);
  const onAuthorize = tasks(browser).filter(({ match }) => matches(match, asked));
  t.strictSame(onAuthorize, []);
  t.ok(
    tasks(browser).some(({ match }) => matches(match, `${callback}?code=x&state=y`)),
    'the way back is matched',
  );
  for (const [module, { browser }] of Object.entries(override)) {
    t.ok(allModules.has(module), module);
    const found = tasks(browser).filter(({ match }) => matches(match, asked));
    for (const { commands } of found) t.equal(commands[0]?.[5], 'update-image-placeholder', module);
  }
});

t.test('the pages have the texts that screenshots wait for', async (t) => {
  const server = await startExample(t);
  const open = (changes: Readonly<Record<string, string>>) =>
    laxFetch(
      `${server.endpoint('authorization_endpoint')}?${new URLSearchParams({ client_id: 'client', response_type: 'code', scope: 'openid', redirect_uri: callback, ...changes })}`,
    );
  const error = await (await open({ redirect_uri: `${callback}?added=1` })).text();
  const login = await (await laxFetch((await open({})).headers.get('location') ?? '')).text();
  const texts = Object.values(override).flatMap((entry) =>
    entry.browser.flatMap(({ tasks }) => tasks.flatMap(({ commands }) => commands.map((words) => words[4] ?? ''))),
  );
  t.strictSame([...new Set(texts.filter((text) => text !== ''))].sort(), [
    'This request cannot be continued',
    'User name',
  ]);
  t.match(error, 'This request cannot be continued');
  t.match(login, 'User name');
});

t.test('it starts on Postgres with two workers, and starts again on the existing data', async (t) => {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  const database = await postgres.createDatabase();
  const settings = {
    CLAVIGER_DSN: database.url,
    CLAVIGER_AUTO_MIGRATE: 'true',
    CLAVIGER_WORKERS: '2',
  };
  for (let start = 0; start < 2; start++) {
    const server = await startExample(t, settings);
    const clients = (await (await fetch(`${server.adminUrl}/clients`)).json()) as readonly unknown[];
    t.equal(clients.length, 3);
    await server.stop();
  }
});

t.test('the key rotation in the README works repeatedly', async (t) => {
  const { adminUrl } = await startExample(t);
  const readme = readFileSync(new URL('README.md', example), 'utf8');
  const [, body = '', path = ''] = /curl -d '([^']+)' http:\/\/127\.0\.0\.1:4445(\S+)`/.exec(readme) ?? [];
  for (let rotation = 0; rotation < 2; rotation++) {
    t.equal((await fetch(adminUrl + path, { method: 'POST', body })).status, 201);
  }
});
