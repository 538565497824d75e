// Every command on the admin API and for tokens, once: against a guarded server, and directly on its stores.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parse } from 'yaml';
import { commandLine, type RunCommand } from './cli.ts';
import { type LayoutName, layoutsFor } from './layouts.ts';
import { PlainBrowser } from './plain-browser.ts';
import { startServer, type TestServer, temporaryFolder } from './start-server.ts';

const adminKey = 'key-of-the-tests-Zk3Wq9-Vb5Nm2';

interface Operator {
  readonly server: TestServer;
  readonly settings: Readonly<Record<string, string>>;
  /** With the URL and the key of the server. */
  readonly remote: RunCommand;
  /** With the settings of the server, and --direct. */
  readonly direct: RunCommand;
}

const givenAnOperator = async (t: Test, layout: LayoutName): Promise<Operator> => {
  const own = await layoutsFor(t).settings(layout);
  const server = await startServer(t, { settings: { ...own, CLAVIGER_ADMIN_KEY: adminKey } });
  const settings = {
    ...own,
    CLAVIGER_ISSUER: server.issuer,
    CLAVIGER_DATA_DIR: server.dataFolder,
    CLAVIGER_PUBLIC_PORT: String(server.publicPort),
    CLAVIGER_ADMIN_PORT: String(server.adminPort),
  };
  const remote = commandLine(t, {
    CLAVIGER_ADMIN_URL: server.adminUrl,
    CLAVIGER_ADMIN_KEY: adminKey,
    CLAVIGER_ISSUER: server.issuer,
  });
  const onStores = commandLine(t, settings);
  return { server, settings, remote, direct: (words, options) => onStores([...words, '--direct'], options) };
};

const json = (text: string): Record<string, unknown> => JSON.parse(text);

const testClients = async (t: Test, run: RunCommand): Promise<void> => {
  const create = ['clients', 'create', '--id', 'shop', '--name', 'The shop', '--grant-types', 'client_credentials'];
  const created = await run([...create, '--scope', 'a b', '--owner', 'anna', '--format', 'json']);
  t.equal(created.code, 0, created.stderr);
  t.match(json(created.stdout), { client_id: 'shop', client_name: 'The shop', scope: 'a b', client_secret: /^.{43}$/ });
  t.equal(created.stderr, 'The secret is shown only this once. Keep it.\n');
  t.match(await run(create), { code: 1, stdout: '', stderr: /There is a client "shop" already/ });
  t.match(await run(['clients', 'create', '--grant-types', 'magic']), {
    code: 1,
    stderr: /grant_types: "magic" is not/,
  });

  const update = [
    'clients',
    'update',
    'shop',
    '--name',
    'New',
    '--unset',
    'owner',
    '--contacts',
    'a',
    '--contacts',
    'b',
  ];
  const updated = await run([...update, '--format', 'yaml']);
  t.equal(updated.code, 0, updated.stderr);
  const expected = {
    client_name: 'New',
    scope: 'a b',
    owner: '',
    contacts: ['a', 'b'],
    grant_types: ['client_credentials'],
  };
  t.match(parse(updated.stdout), expected);
  t.match(await run(['clients', 'update', 'shop']), { code: 2, stderr: /nothing to change/ });
  t.match(json((await run(['clients', 'get', 'shop', '--format', 'json'])).stdout), expected);
  const rotated = json((await run(['clients', 'rotate-secret', 'shop', '--format', 'json'])).stdout);
  t.match(rotated, { client_id: 'shop', client_secret: /^.{43}$/ });
  t.not(rotated.client_secret, json(created.stdout).client_secret);

  const file = join(temporaryFolder(t), 'clients.yaml');
  writeFileSync(
    file,
    '- client_id: one\n  client_name: One\n- client_id: shop\n- client_id: two\n  grant_types: [client_credentials]\n',
  );
  const imported = await run(['clients', 'import', file]);
  t.match(imported, {
    code: 1,
    stderr: /Entry 2 was not imported\. There is a client "shop".*\n2 clients imported, 1 failed/,
  });
  t.match(imported.stdout, /^ID +NAME +SECRET\none +One +\S{43}\ntwo +\S{43}\n$/);
  const piped = await run(['clients', 'import', '-'], { stdin: '{"client_id": "three"}' });
  t.match(piped, { code: 0, stderr: /1 clients imported, 0 failed/ });
  const list = await run(['clients', 'list']);
  t.match(
    list.stdout,
    /^ID +NAME +GRANT TYPES +AUTHENTICATION +SCOPE\none .*\nshop +New +client_credentials .*\nthree .*\ntwo .*\n$/,
  );
  t.match(await run(['clients', 'delete', 'one', 'shop', 'two', 'three']), { code: 0, stdout: '' });
  t.match(await run(['clients', 'get', 'shop']), { code: 1, stderr: 'There is no client "shop".\n' });
};

const testKeys = async (t: Test, run: RunCommand): Promise<void> => {
  t.match(await run(['keys', 'list', 'own']), { code: 1, stderr: /There are no keys in the set "own"/ });
  const created = await run(['keys', 'create', 'own', '--alg', 'ES256', '--kid', 'k1']);
  t.match(created, { code: 0, stdout: /^KID +ALGORITHM +USE +TYPE\nprivate:k1 +ES256 +sig +EC\npublic:k1/ });
  t.match(await run(['keys', 'create', 'own', '--alg', 'ES256', '--kid', 'k1']), {
    code: 1,
    stderr: /key "k1" in the set/,
  });
  t.match(await run(['keys', 'rotate', 'own']), {
    code: 0,
    stdout: /private:\S+ +ES256/,
    stderr: /Generating a key for ES256/,
  });
  const { stdout } = await run(['keys', 'list', 'own', '--format', 'json']);
  t.equal(JSON.parse(stdout).length, 4);
  t.notMatch(stdout, /"d":/, 'private halves are never shown');
  t.match(await run(['keys', 'delete', 'own']), { code: 2, stderr: /pass --all/ });
  t.match(await run(['keys', 'delete', 'own', 'private:k1', 'public:k1']), { code: 0 });
  t.match(await run(['keys', 'delete', 'own', '--all']), { code: 0 });
  t.match(await run(['keys', 'list', 'own']), { code: 1 });
};

const testAdminKeys = async (t: Test, run: RunCommand, server: TestServer): Promise<void> => {
  const create = ['admin-keys', 'create', 'for the test', '--scopes', 'read', 'write', '--expires', '90d'];
  const created = await run([...create, '--format', 'json']);
  t.match(created, { code: 0, stderr: /shown only this once/ });
  const { id, key, expires_at: expires } = json(created.stdout);
  t.match(expires, /^\d{4}-\d\d-\d\dT/);
  const holder = commandLine(t, { CLAVIGER_ADMIN_URL: server.adminUrl, CLAVIGER_ADMIN_KEY: String(key) });
  t.match(await holder(['clients', 'list']), { code: 0 });
  t.match(await holder(['keys', 'list']), { code: 4, stderr: /lacks the scope "keys"\. Use a key with this scope/ });
  const list = await run(['admin-keys', 'list']);
  t.match(list.stdout, new RegExp(`${String(id)} +for the test +read write`));
  t.notMatch(list.stdout, String(key));
  t.match(await run(['admin-keys', 'delete', String(id)]), { code: 0 });
  t.match(await run(['admin-keys', 'delete', String(id)]), { code: 1, stderr: /There is no admin key with the id/ });
  t.match(await run(['admin-keys', 'create', 'x', '--scopes', 'all']), { code: 2, stderr: /Allowed choices are read/ });
  t.match(await run(['admin-keys', 'create', 'x', '--scopes', 'read', '--expires', 'soon']), {
    code: 2,
    stderr: /90d/,
  });
};

/** Logs in as anna, allows everything and is remembered. */
const logIn = async (address: string): Promise<string> => {
  const browser = new PlainBrowser();
  const login = await browser.open(address);
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept', remember: 'true' });
  const back = await browser.submit(consent, { answer: 'accept', remember: 'true' });
  return (await fetch(back.headers.get('location') ?? '')).text();
};

/** `token …` as an application; what administrators do with it through `run`. */
const testTokens = async (t: Test, { remote }: Operator, run: RunCommand): Promise<void> => {
  const grants = ['authorization_code', 'client_credentials'].flatMap((grant) => ['--grant-types', grant]);
  const members = [...grants, '--scope', 'openid photos', '--redirect-uris', 'http://127.0.0.1/callback'];
  await run(['clients', 'create', '--id', 'app', '--secret-file', '-', ...members], {
    stdin: 'secret of the app, 24 bytes\n',
  });
  const secret = join(temporaryFolder(t), 'secret');
  writeFileSync(secret, 'secret of the app, 24 bytes\n');
  const app = ['--client', 'app', '--secret-file', secret];
  const own = await remote(['token', 'client', ...app, '--scope', 'photos', '--print', 'access_token']);
  t.equal(own.code, 0, own.stderr);
  const token = own.stdout.trim();
  const introspect = async () =>
    json((await run(['token', 'introspect', '-', '--format', 'json'], { stdin: token })).stdout);
  t.match(await introspect(), { active: true, client_id: 'app', scope: 'photos' });
  t.match(await remote(['token', 'revoke', '-', ...app], { stdin: token }), { code: 0, stdout: '', stderr: '' });
  t.strictSame(await introspect(), { active: false });
  t.match(await remote(['token', 'client', '--client', 'app', '--secret', 'x']), {
    code: 1,
    stderr: /^invalid_client: /,
  });
  t.match(await remote(['token', 'client', ...app, '--scope', 'x']), { code: 1, stderr: /^invalid_scope: .*"x"/ });

  let visited: Promise<string> | undefined;
  const user = await remote(
    ['token', 'user', ...app, '--scope', 'openid photos', '--no-browser', '--wait', '60', '--format', 'json'],
    {
      onNotes: (notes) => {
        const address = /^http\S+(?=\n)/m.exec(notes)?.[0];
        if (address) visited ??= logIn(address);
      },
    },
  );
  t.equal(user.code, 0, user.stderr);
  t.match(await visited, /You can close this window/);
  t.match(user.stderr, /Logged in as anna\. The ID token is valid\./);
  t.match(json(user.stdout), { access_token: /^clv_at_/, id_token: /^ey/, scope: 'openid photos' });
  t.match(await run(['consents', 'list', 'anna']), { code: 0, stdout: /\napp +openid photos/ });
  t.match(await run(['consents', 'revoke', 'anna', '--client', 'app']), { code: 0 });
  t.match(await run(['consents', 'revoke', 'anna']), { code: 1, stderr: '"anna" has no such consents.\n' });
  t.match(await run(['sessions', 'revoke', 'anna']), { code: 0 });
  t.match(await run(['sessions', 'revoke', 'anna']), { code: 1, stderr: '"anna" has no remembered logins.\n' });
  t.match(await run(['clients', 'delete', 'app']), { code: 0 });
};

const testAuditEvents = async (t: Test, run: RunCommand): Promise<void> => {
  // The server writes events in batches.
  let events = await run(['audit', 'events', '--type', 'OAuth2ClientDeleted', '--client', 'app', '--format', 'json']);
  while (events.stdout === '[]\n')
    events = await run(['audit', 'events', '--type', 'OAuth2ClientDeleted', '--format', 'json']);
  t.match(JSON.parse(events.stdout), [{ type: 'OAuth2ClientDeleted', outcome: 'done' }]);
  const limited = await run(['audit', 'events', '--limit', '2']);
  t.equal(limited.stdout.split('\n').length, 4, 'a header, two events, and the end of the last line');
  t.match(await run(['audit', 'events', '--since', 'yesterday']), { code: 1, stderr: /"since" must be a time/ });
};

/** Runs every command that uses the admin API, against a guarded server and directly on its stores. */
export const testEveryCommand = async (t: Test, layout: LayoutName): Promise<void> => {
  const operator = await givenAnOperator(t, layout);
  for (const way of ['remote', 'direct'] as const) {
    t.comment(way);
    const run = operator[way];
    await testClients(t, run);
    await testKeys(t, run);
    await testAdminKeys(t, run, operator.server);
    await testTokens(t, operator, run);
    await testAuditEvents(t, run);
  }
};
