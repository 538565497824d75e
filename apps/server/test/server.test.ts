// The server as a process: first start, greeting, second start, shutdown, and failed starts.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { keepSystemSecret } from '../src/system-secret.ts';
import { version } from '../src/version.ts';
import { freePorts } from './support/free-port.ts';
import { runServer, startServer, type TestServer } from './support/start-server.ts';

const shell = async (command: string): Promise<unknown> => {
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  return JSON.parse(stdout);
};

const pastable = (server: TestServer): readonly string[] =>
  server
    .output()
    .split('\n')
    .filter((line) => /^(curl |http)/.test(line));

const createClient = (server: TestServer, client: object): Promise<Response> =>
  fetch(`${server.adminUrl}/clients`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(client),
  });

t.test('the greeting shows where the server listens, and its three commands work when pasted', async (t) => {
  const server = await startServer(t, { settings: { CLAVIGER_LOG_FORMAT: 'pretty' } });
  for (const fact of [server.issuer, server.publicUrl, server.adminUrl, join(server.dataFolder, 'claviger.db')]) {
    t.match(server.output(), fact);
  }
  const [createLine = '', tokenLine = '', authorizeUrl = '', ...rest] = pastable(server);
  t.strictSame(rest, []);
  t.match(await shell(createLine), { client_id: 'demo', client_secret: 'demo-secret' });
  t.match(await shell(tokenLine), { token_type: 'bearer', access_token: /^\S+$/ });
  const page = await fetch(authorizeUrl);
  t.equal(page.status, 200);
  t.match(page.url, `${server.publicUrl}/dev/login?login_challenge=`);
  t.match(await page.text(), 'to continue to <strong>Demo</strong>');
});

t.test('a second start on the same data folder keeps clients, keys and tokens', async (t) => {
  const first = await startServer(t);
  t.match(first.output(), 'CLAVIGER_SYSTEM_SECRET is not set: the server generated one in');
  const client = { client_id: 'kept', client_secret: 'kept-secret', grant_types: ['client_credentials'] };
  t.equal((await createClient(first, client)).status, 201);
  const token = (server: TestServer): Promise<Response> =>
    fetch(`${server.publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('kept:kept-secret').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
  const issued: unknown = await (await token(first)).json();
  const keys = await (await fetch(`${first.publicUrl}/.well-known/jwks.json`)).json();
  t.strictSame(await first.stop(), { code: 0, signal: null });

  const second = await startServer(t, { dataFolder: first.dataFolder, ports: [first.publicPort, first.adminPort] });
  t.match(second.output(), 'CLAVIGER_SYSTEM_SECRET is not set: using the one in');
  t.equal((await token(second)).status, 200, 'the client and its secret were kept');
  t.strictSame(await (await fetch(`${second.publicUrl}/.well-known/jwks.json`)).json(), keys);
  t.match(issued, { access_token: String });
  const { access_token } = Object.assign({ access_token: '' }, issued);
  const introspected = await fetch(`${second.adminUrl}/oauth2/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token: access_token }),
  });
  t.match(await introspected.json(), { active: true, client_id: 'kept' });

  const secret = readFileSync(join(first.dataFolder, 'system-secret'), 'utf8');
  t.match(secret, /^[A-Za-z0-9_-]{43}$/);
  for (const { output } of [first, second]) t.notOk(output().includes(secret), 'the secret is not printed');
  for (const name of readdirSync(first.dataFolder)) {
    t.equal(statSync(join(first.dataFolder, name)).mode & 0o077, 0, `${name} is for its owner only`);
  }
});

t.test('with a system secret and sqlite::memory: no file is written', async (t) => {
  const settings = { CLAVIGER_DSN: 'sqlite::memory:', CLAVIGER_SYSTEM_SECRET: 'a system secret of 32 characters' };
  const server = await startServer(t, { settings });
  t.equal((await createClient(server, { client_id: 'brief' })).status, 201);
  t.strictSame(readdirSync(server.dataFolder), []);
});

t.test(
  'the admin listener also serves the public endpoints, but the public listener serves no admin endpoint',
  async (t) => {
    const server = await startServer(t, { settings: { CLAVIGER_LOG_FORMAT: 'json' } });
    t.match(await (await fetch(`${server.adminUrl}/version`)).json(), { version });
    for (const url of [server.adminUrl, server.publicUrl]) {
      const discovery = await fetch(`${url}/.well-known/openid-configuration`);
      t.match(await discovery.json(), { issuer: server.issuer });
    }
    t.equal((await fetch(`${server.publicUrl}/clients`)).status, 404);
    t.equal(
      (await fetch(`${server.adminUrl}/dev/login`)).status,
      404,
      'the built-in pages are not on the admin listener',
    );
    const lines = server.output().trim().split('\n');
    for (const line of lines) t.ok(JSON.parse(line), 'with CLAVIGER_LOG_FORMAT=json every line is JSON');
  },
);

t.test('SIGINT stops it cleanly too, and so does SIGTERM during the start', async (t) => {
  const server = await startServer(t);
  t.strictSame(await server.kill('SIGINT'), { code: 0, signal: null });
  await t.rejects(fetch(`${server.adminUrl}/health/alive`));

  const [publicPort, adminPort] = await freePorts(2);
  const early = runServer(t, {
    CLAVIGER_DSN: 'sqlite::memory:',
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
  });
  const exit = await early.kill('SIGTERM');
  t.ok(exit.code === 0 || exit.signal === 'SIGTERM', 'before it handles signals the system terminates it');
});

t.test('kept-alive connections do not delay the shutdown', async (t) => {
  const server = await startServer(t);
  await (await fetch(`${server.publicUrl}/.well-known/openid-configuration`)).text();
  const before = Date.now();
  await server.stop();
  t.ok(Date.now() - before < 4000, `${Date.now() - before} ms`);
});

t.test('an invalid configuration is reported completely, with exit code 2', async (t) => {
  const server = runServer(t, { CLAVIGER_ISUER: 'x', CLAVIGER_PUBLIC_PORT: 'x', CLAVIGER_SYSTEM_SECRET: 'hunter2' });
  t.strictSame(await server.exited, { code: 2, signal: null });
  t.equal(
    server.output(),
    [
      'The configuration is not valid:',
      '  - CLAVIGER_ISUER is not a setting; did you mean CLAVIGER_ISSUER?',
      '  - CLAVIGER_PUBLIC_PORT must be a whole number from 1 to 65535; it is "x".',
      '  - CLAVIGER_SYSTEM_SECRET must be at least 16 bytes long. Separate several with commas; each must be that long.',
      '',
    ].join('\n'),
  );
});

t.test('a failed start exits with code 1 and states the reason in one sentence', async (t) => {
  const [publicPort = 0, adminPort = 0] = await freePorts(2);
  const settings = { CLAVIGER_PUBLIC_PORT: String(publicPort), CLAVIGER_ADMIN_PORT: String(adminPort) };

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(publicPort, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const blocked = runServer(t, { ...settings, CLAVIGER_DSN: 'sqlite::memory:' });
  t.strictSame(await blocked.exited, { code: 1, signal: null });
  t.match(
    blocked.output(),
    `Cannot listen on 127.0.0.1 port ${publicPort} (CLAVIGER_PUBLIC_HOST, CLAVIGER_PUBLIC_PORT)`,
  );
  t.notMatch(blocked.output(), '    at ', 'without a stack trace');

  await new Promise((resolve) => other.close(resolve));
  const foreignFile = 'this is not a database, and long enough to be recognised as such'.repeat(40);
  const folder = t.testdir({ damaged: { 'system-secret': 'short' }, foreign: { 'claviger.db': foreignFile } });
  const damaged = runServer(t, { ...settings, CLAVIGER_DATA_DIR: join(folder, 'damaged') });
  t.strictSame(await damaged.exited, { code: 1, signal: null });
  t.match(damaged.output(), 'does not contain a system secret');

  for (const words of [[], ['migrate', 'up']]) {
    const beneath = join(folder, 'damaged', 'system-secret', 'data');
    const unusable = runServer(t, { ...settings, CLAVIGER_DATA_DIR: beneath }, words);
    t.strictSame(await unusable.exited, { code: 1, signal: null });
    t.match(unusable.output(), /CLAVIGER_DATA_DIR/);
    t.notMatch(unusable.output(), '    at ');
  }

  const foreign = runServer(t, { ...settings, CLAVIGER_DATA_DIR: join(folder, 'foreign') });
  t.strictSame(await foreign.exited, { code: 1, signal: null });
  t.match(foreign.output(), 'not a database');
});

t.test('an old version of Node.js is reported before anything else is loaded', async (t) => {
  const { unsupportedNode } = await import('../src/node-version.ts');
  for (const version of ['12.22.12', '18.20.8', '20.18.3']) {
    t.match(unsupportedNode(version), `Claviger needs Node.js 20.19 or later; this is ${version}`);
  }
  for (const version of ['20.19.0', '22.0.0', '24.1.0']) t.equal(unsupportedNode(version), undefined);
  const main = readFileSync(new URL('../../src/main.ts', import.meta.url), 'utf8');
  const loaded = [...main.matchAll(/^import .* from '(.*)';$/gm)].map(([, name]) => name);
  t.strictSame(loaded, ['./node-version.ts']);
});

t.test('servers that start concurrently on an empty data folder agree on one secret', async (t) => {
  const folder = join(t.testdir(), 'new', 'folder');
  const kept = await Promise.all(Array.from({ length: 20 }, () => keepSystemSecret(folder)));
  t.equal(new Set(kept.map(({ secret }) => secret)).size, 1);
  t.equal(kept.filter(({ isNew }) => isNew).length, 1);
  t.strictSame(readdirSync(folder), ['system-secret'], 'no temporary file is left');
  t.equal(statSync(join(folder, 'system-secret')).mode & 0o777, 0o600);
});

t.test('a request cannot forge lines of the text log', async (t) => {
  const { formatLogLine } = await import('../src/text-log.ts');
  const time = '2026-01-31T00:00:00.000Z';
  const line = formatLogLine(
    JSON.stringify({ level: 'info', time, msg: 'request', path: '/a\n00:00 INFO forged\u001b[2J\u009b2J\u2028' }),
  );
  t.equal(line, '00:00:00.000 INFO  request path=/a\\u000a00:00 INFO forged\\u001b[2J\\u009b2J\\u2028\n');
  const failure = { level: 'error', time, msg: 'request failed', err: { stack: 'Error: x\u009b\n    at y' } };
  t.equal(formatLogLine(JSON.stringify(failure)), '00:00:00.000 ERROR request failed\nError: x\\u009b\n    at y\n');
  t.equal(formatLogLine('no JSON\n'), 'no JSON\n');
});
