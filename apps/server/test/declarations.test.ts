// `plan`, `apply` and CLAVIGER_APPLY, as processes.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '@claviger/adapters-sql/testing';
import t, { type Test } from 'tap';
import { freePorts } from './support/free-port.ts';
import { runServer, startServer, temporaryFolder } from './support/start-server.ts';

const environment = {
  CLAVIGER_SYSTEM_SECRET: 'a system secret of 32 characters',
  SHOP_SECRET: 'a secret of the shop',
};

const shop = (change = ''): string => `clients:
  - client_id: shop
    client_secret: {env: SHOP_SECRET}
    client_name: The shop
    grant_types: [client_credentials]
${change}`;

const app = 'clients: [{client_id: app, token_endpoint_auth_method: none, redirect_uris: ["com.example.app:/cb"]}]\n';

const givenFiles = (t: Test, files: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const command = async (t: Test, words: readonly string[], settings: Readonly<Record<string, string>>) => {
  const { exited, output } = runServer(t, { ...environment, ...settings }, words);
  return { code: (await exited).code, output: output() };
};

const lifeCycle = async (t: Test, dsn: string): Promise<void> => {
  const settings = { CLAVIGER_DSN: dsn, CLAVIGER_AUTO_MIGRATE: 'true' };
  const files = givenFiles(t, { 'shop.yaml': shop(), 'app.yaml': app });
  const run = (...words: string[]) => command(t, words, settings);
  const planned = await run('plan', files);
  t.match(planned, { code: 5, output: /\+ client shop will be created\n {4}client_name: "The shop"\n/ });
  t.match(planned.output, /2 to create, 0 to change, 0 to delete, 0 to mark\.\n$/);
  t.match(await run('apply', files), { code: 0, output: '+ created client app\n+ created client shop\n' });
  t.same(await run('plan', files), { code: 0, output: 'Nothing to do.\n' });
  t.same(await run('apply', files), { code: 0, output: 'Nothing to do.\n' });

  writeFileSync(join(files, 'shop.yaml'), shop('    scope: "a b"\n'));
  rmSync(join(files, 'app.yaml'));
  t.match(await run('plan', files), {
    code: 5,
    output:
      /^~ client shop will be changed\n {4}scope: "" -> "a b"\n\n0 to create, 1 to change, 0 to delete, 0 to mark\.\nNot declared any more, and kept: client app\. --prune deletes them\.\n$/,
  });
  t.match(await run('plan', '--prune', '--format', 'json', files), { code: 5, output: /"action": "delete"/ });
  t.match(await command(t, ['plan', files], { ...settings, SHOP_SECRET: 'another secret of the shop' }), {
    code: 5,
    output: /client_secret: changed\n/,
  });
  t.match(await run('apply', '--prune', files), {
    code: 0,
    output: '~ changed client shop (scope)\n- deleted client app\n',
  });
  t.same(await run('plan', '--prune', files), { code: 0, output: 'Nothing to do.\n' });
};

t.test('plan shows what apply then does, on SQLite', (t) =>
  lifeCycle(t, `sqlite:${join(temporaryFolder(t), 'claviger.sqlite')}`),
);

t.test('plan shows what apply then does on Postgres, and two nodes may apply concurrently', async (t) => {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  const { url } = await postgres.createDatabase();
  await lifeCycle(t, url);

  const files = givenFiles(t, { 'shop.yaml': shop('    scope: c\n'), 'app.yaml': app });
  const settings = { CLAVIGER_DSN: url };
  const both = await Promise.all([1, 2].map(() => command(t, ['apply', files], settings)));
  t.same(
    both.map(({ code }) => code),
    [0, 0],
  );
  const outputs = both.map(({ output }) => output).join('');
  t.equal(outputs.match(/created client app/g)?.length, 1, outputs);
  t.equal(outputs.match(/changed client shop/g)?.length, 1, outputs);
  t.match(await command(t, ['plan', files], settings), { code: 0 });
});

t.test('files that are not valid are refused with every problem, and nothing is applied', async (t) => {
  const settings = { CLAVIGER_DSN: `sqlite:${join(temporaryFolder(t), 'claviger.sqlite')}` };
  const files = givenFiles(t, { 'a.yaml': shop('    redirect_uri: x\n'), 'b.yaml': app });
  const { code, output } = await command(t, ['apply', files], settings);
  t.equal(code, 2);
  t.match(
    output,
    /The declarations are not valid:\n {2}- .*a\.yaml:6: client "shop": redirect_uri is not a known member/,
  );
  const broken = givenFiles(t, { 'a.yaml': shop('    redirect_uris: [nowhere]\n'), 'b.yaml': app });
  t.match(await command(t, ['apply', broken], settings), {
    code: 2,
    output: /a\.yaml:6: client "shop": redirect_uris: "nowhere"/,
  });
  t.match(await command(t, ['plan', join(files, 'b.yaml')], settings), { code: 5 }, 'nothing was applied');
  t.match(await command(t, ['plan'], settings), { code: 2, output: /needs the path/ });
  t.match(await command(t, ['plan', '--schema'], settings), { code: 0, output: /"redirect_uris"/ });
});

const createdClients = async (adminUrl: string): Promise<readonly string[]> => {
  const reply = await fetch(`${adminUrl}/admin/audit/events?type=OAuth2ClientCreated`);
  const { events } = (await reply.json()) as { readonly events: readonly { readonly client_id: string }[] };
  return events.map(({ client_id }) => client_id);
};

/** The table gets events in batches. */
const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await sleep(20);
};

const secretLogin = (publicUrl: string, secret: string): Promise<Response> =>
  fetch(`${publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`shop:${encodeURIComponent(secret)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });

t.test(
  'with CLAVIGER_APPLY a node has the declared clients when it is ready, and the audit table says so',
  async (t) => {
    const files = givenFiles(t, { 'shop.yaml': shop() });
    const settings = { ...environment, CLAVIGER_APPLY: files, CLAVIGER_LOG_FORMAT: 'json' };
    const server = await startServer(t, { settings });
    t.equal((await secretLogin(server.publicUrl, environment.SHOP_SECRET)).status, 200);
    await until(async () => (await createdClients(server.adminUrl)).includes('shop'));
    t.match(server.output(), /"action":"create","members":\["client_name",.*"msg":"declaration applied"/);

    const edited = { grant_types: ['client_credentials'], client_name: 'Edited' };
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(edited) };
    t.equal((await fetch(`${server.adminUrl}/clients/shop`, put)).status, 200);
    await server.stop();
    const again = await startServer(t, { settings, dataFolder: server.dataFolder });
    t.match(await (await fetch(`${again.adminUrl}/clients/shop`)).json(), { client_name: 'The shop' });
    t.equal((await secretLogin(again.publicUrl, environment.SHOP_SECRET)).status, 200);
  },
);

t.test('a server whose CLAVIGER_APPLY is not valid says why and ends, with one process or several', async (t) => {
  const files = givenFiles(t, { 'shop.yaml': shop('    redirect_uris: [nowhere]\n') });
  for (const [apply, workers, reason] of [
    [files, '1', /shop\.yaml:6: client "shop": redirect_uris: "nowhere"/],
    [files, '2', /shop\.yaml:6: client "shop": redirect_uris: "nowhere"/],
    [join(files, 'nowhere'), '1', /nowhere: cannot be read \(ENOENT\)/],
  ] as const) {
    const [publicPort = 0, adminPort = 0] = await freePorts(2);
    const server = runServer(t, {
      ...environment,
      CLAVIGER_APPLY: apply,
      CLAVIGER_WORKERS: workers,
      CLAVIGER_DATA_DIR: temporaryFolder(t),
      CLAVIGER_PUBLIC_PORT: String(publicPort),
      CLAVIGER_ADMIN_PORT: String(adminPort),
    });
    t.equal((await server.exited).code, 2, server.output());
    t.match(server.output(), reason);
  }
});

t.test('nodes that start concurrently with CLAVIGER_APPLY create each client once', async (t) => {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  const { url } = await postgres.createDatabase();
  const files = givenFiles(t, { 'shop.yaml': shop(), 'app.yaml': app });
  const settings = {
    ...environment,
    CLAVIGER_DSN: url,
    CLAVIGER_AUTO_MIGRATE: 'true',
    CLAVIGER_WORKERS: '2',
    CLAVIGER_APPLY: files,
    CLAVIGER_LOG_FORMAT: 'json',
  };
  const nodes = await Promise.all([1, 2].map(() => startServer(t, { settings })));
  for (const { publicUrl } of nodes) t.equal((await secretLogin(publicUrl, environment.SHOP_SECRET)).status, 200);
  const log = nodes.map((node) => node.output()).join('');
  t.equal(log.match(/"msg":"declaration applied"/g)?.length, 2);
});
