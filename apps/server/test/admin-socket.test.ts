// The admin listener on a Unix socket: who may connect, and what happens to the file when servers start, die and stop.
import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { freePorts } from './support/free-port.ts';
import { type RunningProcess, runServer, temporaryFolder } from './support/start-server.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Rejects when nobody listens. */
const send = (
  socketPath: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const method = body === '' ? 'GET' : 'POST';
    const request = httpRequest({ socketPath, path, method, headers, agent: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (part: string) => {
        text += part;
      });
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end(body);
  });

interface Running extends RunningProcess {
  readonly socket: string;
  readonly publicUrl: string;
}

type Settings = Readonly<Record<string, string>>;

const run = async (t: Test, folder: string, settings: Settings = {}): Promise<Running> => {
  const [publicPort = 0] = await freePorts(1);
  const socket = join(folder, 'admin.sock');
  const server = runServer(t, {
    CLAVIGER_DATA_DIR: folder,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_SYSTEM_SECRET: 'a secret for tests of the socket, on loopback only',
    CLAVIGER_ADMIN_SOCKET: socket,
    ...settings,
  });
  return { ...server, socket, publicUrl: `http://127.0.0.1:${publicPort}` };
};

const start = async (t: Test, folder: string, settings: Settings = {}): Promise<Running> => {
  const server = await run(t, folder, settings);
  const deadline = Date.now() + 60_000;
  const isReady = (): Promise<boolean> =>
    send(server.socket, '/health/ready').then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await isReady())) {
    if (Date.now() > deadline) throw new Error(`The server was not ready in time:\n${server.output()}`);
    await sleep(25);
  }
  return server;
};

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

for (const workers of ['1', '3']) {
  t.test(`with ${workers} process(es): the API is served, the file has its mode, and is removed on stop`, async (t) => {
    const folder = temporaryFolder(t);
    const server = await start(t, folder, {
      CLAVIGER_WORKERS: workers,
      CLAVIGER_TRUSTED_PROXIES: 'loopback',
    });
    const { socket } = server;
    t.equal(lstatSync(socket).isSocket(), true);
    t.equal(lstatSync(socket).mode & 0o777, 0o660);
    for (const host of ['localhost', 'admin.sock', 'rebound.example', '%2Frun%2Fadmin.sock']) {
      t.equal((await send(socket, '/clients', { host })).status, 200, `Host: ${host}`);
    }
    t.equal((await send(socket, '/clients', { origin: 'http://evil.example' })).status, 403, 'not for other sites');
    const forwarded = { 'x-forwarded-for': '192.0.2.1' };
    t.equal((await send(socket, '/clients', forwarded, '{"client_id":"one"}')).status, 201);
    t.equal((await fetch(`${server.publicUrl}/health/ready`)).status, 200);
    t.equal((await server.kill('SIGTERM')).code, 0);
    t.equal(isThere(socket), false);

    const again = await start(t, folder, { CLAVIGER_WORKERS: workers });
    t.equal((await send(socket, '/clients/one')).status, 200);
    await again.kill('SIGKILL');
    // Its workers end when they notice that their primary has ended.
    const deadline = Date.now() + 60_000;
    while (
      (await send(socket, '/version').then(
        () => true,
        () => false,
      )) &&
      Date.now() < deadline
    )
      await sleep(25);
    t.equal(isThere(socket), true, 'a killed server leaves its socket');
    const third = await start(t, folder, { CLAVIGER_WORKERS: workers });
    t.equal((await send(socket, '/clients/one')).status, 200, 'and the next one replaces it');
    t.equal((await third.kill('SIGTERM')).code, 0);
    t.equal(isThere(socket), false);
  });
}

t.test('a first key is asked for on the socket too', async (t) => {
  const key = 'first-key-of-the-tests-Zk3Wq9';
  const { socket } = await start(t, temporaryFolder(t), {
    CLAVIGER_ADMIN_KEY: key,
    CLAVIGER_ADMIN_SOCKET_MODE: '0666',
  });
  t.equal(lstatSync(socket).mode & 0o777, 0o666);
  t.equal((await send(socket, '/clients')).status, 401);
  t.equal((await send(socket, '/clients', { authorization: `Bearer ${key}` })).status, 200);
});

t.test('the socket of a running server is not taken from it', async (t) => {
  const folder = temporaryFolder(t);
  const first = await start(t, folder);
  const second = await run(t, folder);
  t.equal((await second.exited).code, 1);
  t.match(second.output(), /admin\.sock \(CLAVIGER_ADMIN_SOCKET\): another process listens there/);
  t.equal((await send(first.socket, '/clients')).status, 200);
});

t.test('a file that is not a socket is left alone', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'admin.sock'), 'precious');
  const server = await run(t, folder, { CLAVIGER_WORKERS: '2' });
  t.equal((await server.exited).code, 1);
  t.match(server.output(), /there is a file at this path that is not a socket/);
  t.equal(readdirSync(folder).includes('admin.sock'), true);
});

t.test('settings that do not fit are named', async (t) => {
  const folder = temporaryFolder(t);
  const cases: readonly (readonly [Settings, RegExp])[] = [
    [{ CLAVIGER_ADMIN_SOCKET: `/tmp/${'x'.repeat(110)}` }, /CLAVIGER_ADMIN_SOCKET must be at most 107 bytes long/],
    [{ CLAVIGER_ADMIN_HOST: '0.0.0.0' }, /CLAVIGER_ADMIN_SOCKET and CLAVIGER_ADMIN_HOST are both set/],
    [{ CLAVIGER_ADMIN_TLS_CERT_FILE: '/tls.crt' }, /The socket speaks plain http/],
    [{ CLAVIGER_ADMIN_SOCKET_MODE: '0666' }, /lets every user of this machine connect/],
    [{ CLAVIGER_ADMIN_SOCKET_MODE: 'rw' }, /CLAVIGER_ADMIN_SOCKET_MODE must be permission bits in octal/],
  ];
  for (const [settings, expected] of cases) {
    const server = await run(t, folder, settings);
    t.equal((await server.exited).code, 2);
    t.match(server.output(), expected);
  }
  const missing = await run(t, folder, { CLAVIGER_ADMIN_SOCKET: join(folder, 'missing', 'admin.sock') });
  t.equal((await missing.exited).code, 1);
  t.match(missing.output(), /Cannot listen on .*missing.*\(CLAVIGER_ADMIN_SOCKET\)/);
});
