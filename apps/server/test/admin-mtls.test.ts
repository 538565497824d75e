// Client certificates as the guard of the admin API: who is admitted, for what, and what changed CAs do to open connections.
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request as send } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { type Certificate, makeAuthority } from './support/authority.ts';
import { commandLine } from './support/cli.ts';
import { freePorts } from './support/free-port.ts';
import { type RunningProcess, runServer, temporaryFolder } from './support/start-server.ts';

const folder = temporaryFolder(t);
const ours = makeAuthority(folder, 'ours');
const other = makeAuthority(folder, 'other');
const serverCertificate = ours.sign('server', { names: 'DNS:localhost,IP:127.0.0.1', usage: 'serverAuth' });
const firstKey = 'first-key-of-the-tests-Zk3Wq9';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: Readonly<Record<string, unknown>>;
}

interface Running {
  readonly server: RunningProcess;
  readonly port: number;
  readonly caFile: string;
  /** `what`: method and path. */
  ask(what: string, more?: RequestOptions, body?: unknown): Promise<Answer>;
}

const filesOf = ({ cert, key }: Certificate) => ({ cert: readFileSync(cert), key: readFileSync(key) });

const start = async (t: Test, settings: Readonly<Record<string, string>>): Promise<Running> => {
  const [publicPort = 0, port = 0] = await freePorts(2);
  const data = temporaryFolder(t);
  const caFile = join(data, 'callers.crt');
  copyFileSync(ours.cert, caFile);
  const server = runServer(t, {
    CLAVIGER_DATA_DIR: data,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(port),
    CLAVIGER_ADMIN_TLS_CERT_FILE: serverCertificate.cert,
    CLAVIGER_ADMIN_TLS_KEY_FILE: serverCertificate.key,
    CLAVIGER_ADMIN_MTLS_CA_FILE: caFile,
    CLAVIGER_SYSTEM_SECRET: 'a secret for tests of client certificates, on loopback only',
    ...settings,
  });
  const ask: Running['ask'] = (what, more = {}, body) =>
    new Promise((resolve, reject) => {
      const [method = '', path = ''] = what.split(' ');
      const headers = { ...(body ? { 'content-type': 'application/json' } : {}), ...more.headers };
      const options = { agent: false, ca: readFileSync(ours.cert), host: '127.0.0.1', port, method, path };
      const request = send({ ...options, ...more, headers } as RequestOptions, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (part: string) => {
          text += part;
        });
        reply.on('end', () => {
          const isJson = /json/.test(reply.headers['content-type'] ?? '');
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            json: isJson && text !== '' ? JSON.parse(text) : {},
          });
        });
      });
      request.on('error', reject);
      request.end(body ? JSON.stringify(body) : undefined);
    });
  const deadline = Date.now() + 60_000;
  const isReady = (): Promise<boolean> =>
    ask('GET /health/ready').then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await isReady())) {
    if (Date.now() > deadline) throw new Error(`The server was not ready in time:\n${server.output()}`);
    await sleep(25);
  }
  return { server, port, caFile, ask };
};

const until = async ({ output }: RunningProcess, what: string, holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}:\n${output()}`);
    await sleep(25);
  }
};

const callers = [
  'CN:ops=read+write+admin-keys',
  'CN:login-pages=flows',
  'DNS:Deploy.Internal=read',
  'URI:spiffe://example.org/a=b=introspect',
].join(',');

t.test('a certificate admits for the scopes of its names, and only for them', async (t) => {
  const { server, ask } = await start(t, { CLAVIGER_ADMIN_MTLS_CALLERS: callers, CLAVIGER_ADMIN_KEY: firstKey });
  const as = (certificate: Certificate, what: string, more: RequestOptions = {}, body?: unknown) =>
    ask(what, { ...filesOf(certificate), ...more }, body);

  const ops = ours.sign('ops');
  const created = await as(ops, 'POST /clients', {}, { client_id: 'by-certificate' });
  t.equal(created.status, 201);
  const event = () => /\{[^\n]*"type":"OAuth2ClientCreated"[^\n]*\}/.exec(server.output())?.[0] ?? '';
  await until(server, 'the audit event is written', () => event() !== '');
  t.match(event(), '"admin_key":"certificate:CN:ops"');

  const pages = ours.sign('login-pages');
  t.equal((await as(pages, 'GET /oauth2/auth/requests/login/x')).status, 404, 'admitted');
  t.match(await as(pages, 'GET /clients'), {
    status: 403,
    json: { error: 'insufficient_scope', error_hint: 'The client certificate lacks the scope "read".' },
    headers: { 'www-authenticate': /error="insufficient_scope"/ },
  });
  const json = { name: 'more than the caller has', scopes: ['keys'] };
  t.equal((await as(ops, 'POST /admin/admin-keys', {}, json)).status, 403, 'a caller grants only what it has');

  const deploy = ours.sign('anything', { names: 'DNS:unknown.internal,DNS:DEPLOY.internal' });
  t.equal((await as(deploy, 'GET /clients')).status, 200, 'DNS names are compared without case');
  const workload = ours.sign('workload', { names: 'URI:spiffe://example.org/a=b' });
  t.equal((await as(workload, 'GET /clients')).status, 403);
  t.equal((await as(workload, 'GET /clients', { headers: { authorization: `Bearer ${firstKey}` } })).status, 200);
  const wrong = { headers: { authorization: 'Bearer wrong' } };
  t.equal((await as(ops, 'GET /clients', wrong)).status, 401, 'a key that is sent counts alone');
  const page = { headers: { origin: 'https://evil.example' } };
  t.equal((await as(ops, 'GET /clients', page)).status, 403, 'not for a browser that has the certificate');
});

t.test('certificates that are not accepted', async (t) => {
  const { ask } = await start(t, { CLAVIGER_ADMIN_MTLS_CALLERS: callers });
  const none = await ask('GET /clients');
  t.match(none, { status: 401, json: { error: 'invalid_token' } });
  t.equal(none.headers['www-authenticate'], 'Bearer realm="claviger admin"');
  for (const path of ['/health/alive', '/health/ready', '/version', '/openapi.json']) {
    t.equal((await ask(`GET ${path}`)).status, 200, `${path} needs no certificate`);
  }
  const cases: readonly (readonly [string, Certificate, number, RegExp])[] = [
    ['another CA', other.sign('ops'), 401, /UNABLE_TO_(GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)/],
    ['a CA of the same name', makeAuthority(temporaryFolder(t), 'ours').sign('ops'), 401, /not accepted/],
    ['signed by a caller', ours.sign('ops').sign('ops'), 401, /not accepted/],
    ['expired', ours.sign('ops', { days: -1 }), 401, /CERT_HAS_EXPIRED/],
    ['for servers only', ours.sign('ops', { usage: 'serverAuth' }), 401, /INVALID_PURPOSE/],
    ['an unlisted name', ours.sign('former-employee'), 403, /No name .* has a scope \(CN:former-employee\)/],
    ['the name of another type', ours.sign('x', { names: 'DNS:ops,URI:CN:ops' }), 403, /No name/],
    ['a name in a name', ours.sign('x, CN=ops', { names: 'URI:spiffe://x/\\, DNS:deploy.internal' }), 403, /No name/],
  ];
  for (const [what, certificate, status, hint] of cases) {
    const answer = await ask('GET /clients', filesOf(certificate));
    t.match(answer, { status, json: { error_hint: hint } }, what);
    t.equal((await ask('GET /health/ready', filesOf(certificate))).status, 200, `${what}: probes still pass`);
  }
});

/** One request over an open connection. Rejects when the server has closed it. */
const askOn = (socket: TLSSocket): Promise<string> =>
  new Promise((resolve, reject) => {
    if (socket.destroyed) reject(new Error('closed'));
    socket.once('error', reject);
    socket.once('data', (data) => resolve(String(data).slice(0, 12)));
    socket.once('close', () => reject(new Error('closed')));
    socket.write('GET /clients HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });

t.test('changed CAs reach running processes, and end the trust in open connections', async (t) => {
  const { server, port, caFile, ask } = await start(t, {
    CLAVIGER_ADMIN_MTLS_CALLERS: callers,
    CLAVIGER_WORKERS: '2',
  });
  const count = (message: string): number => server.output().split(`"msg":"${message}"`).length - 1;
  await until(server, 'each process is ready', () => count('ready') === 2);
  const ops = filesOf(ours.sign('ops'));
  const next = filesOf(other.sign('ops'));
  const open = (): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', ca: readFileSync(ours.cert), ...ops };
      const socket = connect(options, () => resolve(socket));
      socket.once('error', reject);
      t.teardown(() => socket.destroy());
    });
  const used = await open();
  t.equal(await askOn(used), 'HTTP/1.1 200');
  const unused = await open();
  t.equal((await ask('GET /clients', ops)).status, 200);
  t.equal((await ask('GET /clients', next)).status, 401);

  writeFileSync(`${caFile}.new`, readFileSync(other.cert));
  renameSync(`${caFile}.new`, caFile);
  await until(server, 'each process has the new CA', () => count('TLS certificate reloaded') === 2);
  for (let connection = 0; connection < 8; connection += 1) {
    t.equal((await ask('GET /clients', ops)).status, 401, 'the former CA');
    t.equal((await ask('GET /clients', next)).status, 200, 'the new one');
  }
  for (const socket of [used, unused]) {
    t.match(await askOn(socket).catch(() => 'closed'), /^(closed|HTTP\/1\.1 401)$/, 'a connection from before');
  }

  writeFileSync(caFile, 'no certificate');
  await until(server, 'the file is refused', () => server.output().includes('callers.crt must be a PEM file'));
  t.equal((await ask('GET /clients', next)).status, 200, 'an unusable file changes nothing');
});

t.test('sessions are not resumed, because resumption does not verify the certificate', async (t) => {
  const { port } = await start(t, { CLAVIGER_ADMIN_MTLS_CALLERS: callers });
  const options = { port, host: '127.0.0.1', ca: readFileSync(ours.cert), ...filesOf(ours.sign('ops')) };
  const sessions: Buffer[] = [];
  const first = connect(options);
  first.on('session', (session) => sessions.push(session));
  await askOn(first);
  first.destroy();
  for (const session of sessions) {
    const second = connect({ ...options, session });
    t.equal(await askOn(second), 'HTTP/1.1 200');
    t.equal(second.isSessionReused(), false);
    second.destroy();
  }
});

t.test('one connection carries many requests of a caller', async (t) => {
  const { ask } = await start(t, { CLAVIGER_ADMIN_MTLS_CALLERS: callers });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  for (const status of [200, 200, 403, 200]) {
    const path = status === 403 ? 'GET /oauth2/auth/requests/login/x' : 'GET /clients';
    t.equal((await ask(path, { agent, ...filesOf(ours.sign('ops')) })).status, status);
  }
});

t.test('settings that do not fit are named', async (t) => {
  const tls = {
    CLAVIGER_ADMIN_TLS_CERT_FILE: serverCertificate.cert,
    CLAVIGER_ADMIN_TLS_KEY_FILE: serverCertificate.key,
  };
  const ca = { CLAVIGER_ADMIN_MTLS_CA_FILE: ours.cert };
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ ...ca, CLAVIGER_ADMIN_MTLS_CALLERS: 'CN:ops=read' }, /CLAVIGER_ADMIN_TLS_CERT_FILE .* must be set too/],
    [{ ...tls, ...ca }, /CLAVIGER_ADMIN_MTLS_CALLERS must be set too/],
    [{ ...tls, CLAVIGER_ADMIN_MTLS_CALLERS: 'CN:ops=read' }, /CLAVIGER_ADMIN_MTLS_CA_FILE must be set too/],
    [{ CLAVIGER_ADMIN_MTLS_CALLERS: 'CN:ops=all' }, /CLAVIGER_ADMIN_MTLS_CALLERS must be .*the scopes are read, flows/],
    [{ CLAVIGER_ADMIN_MTLS_CALLERS: 'ops=read' }, /A name begins with CN:, DNS: or URI:/],
    [
      { ...tls, CLAVIGER_ADMIN_MTLS_CALLERS: 'CN:ops=read', CLAVIGER_ADMIN_MTLS_CA_FILE: serverCertificate.key },
      /CLAVIGER_ADMIN_MTLS_CA_FILE: .*server.*\.key must be a PEM file with the certificates of the CAs/,
    ],
  ];
  for (const [settings, expected] of cases) {
    const server = runServer(t, { CLAVIGER_DATA_DIR: temporaryFolder(t), ...settings });
    t.equal((await server.exited).code, 2);
    t.match(server.output(), expected);
  }
});

t.test('the command line shows its certificate, and without one learns what to do', async (t) => {
  const { port } = await start(t, { CLAVIGER_ADMIN_MTLS_CALLERS: callers });
  const url = `https://localhost:${port}`;
  const run = commandLine(t, { CLAVIGER_ADMIN_URL: url, NODE_EXTRA_CA_CERTS: ours.cert });
  const { cert, key } = ours.sign('ops');
  const words = ['clients', 'list', '--cert', cert, '--cert-key', key];
  t.match(await run(words), { code: 0, stdout: /^ID +NAME/ });
  t.match(await run(['clients', 'list']), { code: 4, stderr: /certificate|needs a key/ });
  t.match(await run(['clients', 'list', '--cert', cert]), { code: 2, stderr: /Pass both --cert and --cert-key/ });
  const distrusting = commandLine(t, { CLAVIGER_ADMIN_URL: url });
  t.match(await distrusting(words), { code: 3, stderr: /Name its authority in NODE_EXTRA_CA_CERTS/ });
});
