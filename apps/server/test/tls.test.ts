// Both listeners speak https, get renewed certificates while they run, and refuse files that cannot be used.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { freePorts } from './support/free-port.ts';
import { type Cleanup, type RunningProcess, runServer, temporaryFolder } from './support/start-server.ts';

const authority = temporaryFolder(t);

const makeCertificate = (name: string): { readonly cert: string; readonly key: string } => {
  const [cert, key] = [join(authority, `${name}.crt`), join(authority, `${name}.key`)];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
};

const first = makeCertificate('first');
const second = makeCertificate('second');
const ca = [readFileSync(first.cert), readFileSync(second.cert)];

const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(50);
  }
};

const fetchWith = (url: string, agent?: Agent): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const request = get(url, { ca, ...(agent ? { agent } : { agent: false }) }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (part: string) => {
        text += part;
      });
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
    });
    request.on('error', reject);
  });

const open = (port: number): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca }, () => resolve(socket));
    socket.once('error', reject);
  });

const subjectAt = async (port: number): Promise<string> => {
  const socket = await open(port);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
};

interface Running {
  readonly server: RunningProcess;
  readonly publicPort: number;
  readonly adminPort: number;
  readonly files: { readonly cert: string; readonly key: string };
}

const start = async (t: Cleanup, workers: number): Promise<Running> => {
  const [publicPort = 0, adminPort = 0] = await freePorts(2);
  const folder = temporaryFolder(t);
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  copyFileSync(first.cert, files.cert);
  copyFileSync(first.key, files.key);
  const server = runServer(t, {
    CLAVIGER_DATA_DIR: folder,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    CLAVIGER_PUBLIC_TLS_CERT_FILE: files.cert,
    CLAVIGER_PUBLIC_TLS_KEY_FILE: files.key,
    CLAVIGER_ADMIN_TLS_CERT_FILE: files.cert,
    CLAVIGER_ADMIN_TLS_KEY_FILE: files.key,
    CLAVIGER_WORKERS: String(workers),
    CLAVIGER_SYSTEM_SECRET: 'a secret for tests of TLS, on loopback only',
  });
  const ready = () =>
    fetchWith(`https://127.0.0.1:${adminPort}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until(`the server is ready:\n${server.output()}`, ready);
  const isEachReady = () => (server.output().match(/"msg":"ready"/g) ?? []).length === workers;
  await until('each process is ready', isEachReady);
  return { server, publicPort, adminPort, files };
};

/** As certbot and Kubernetes do it: a complete file takes the place of the old one. */
const replaceFile = (file: string, content: string | Buffer): void => {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
};

t.test('both listeners speak https, and the default issuer says so', async (t) => {
  const { publicPort, adminPort } = await start(t, 1);
  const { text } = await fetchWith(`https://127.0.0.1:${publicPort}/.well-known/openid-configuration`);
  t.equal(JSON.parse(text).issuer, `https://127.0.0.1:${publicPort}`);
  t.equal((await fetchWith(`https://127.0.0.1:${adminPort}/clients`)).status, 200);
  await t.rejects(fetch(`http://127.0.0.1:${publicPort}/`), 'plain http gets no answer');
  t.equal((await fetchWith(`https://127.0.0.1:${adminPort}/health/ready`)).status, 200, 'and changes nothing');
});

t.test('TLS 1.1 is refused (RFC 8996)', async (t) => {
  const { publicPort: port } = await start(t, 1);
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const refused = new Promise<string>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca, ...old }, () => resolve('accepted'));
    socket.once('error', (error) => resolve(error.message));
  });
  t.match(await refused, /alert protocol version/);
});

for (const workers of [1, 2]) {
  t.test(`a renewed certificate reaches new connections without a restart, with ${workers} process(es)`, async (t) => {
    const { server, publicPort, adminPort, files } = await start(t, workers);
    t.equal(await subjectAt(publicPort), 'first');
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
    t.teardown(() => agent.destroy());
    const keys = `https://127.0.0.1:${publicPort}/.well-known/jwks.json`;
    await fetchWith(keys, agent);

    replaceFile(files.cert, readFileSync(second.cert));
    await until('the mismatch is reported', () => server.output().includes('TLS certificate cannot be reloaded'));
    t.match(server.output(), 'is not the key of the first certificate in');
    t.equal(await subjectAt(publicPort), 'first', 'a certificate without its key is not used');

    if (workers > 1) {
      // The process that takes its place finds files that do not match. The others must not end because of that.
      process.kill(Number(/"pid":(\d+).*"msg":"ready"/.exec(server.output())?.[1]), 'SIGKILL');
      await until('another one is tried', () => (server.output().match(/a worker died/g) ?? []).length >= 2);
    }
    replaceFile(files.key, readFileSync(second.key));
    // Each process has its own listener: several connections in a row reach all of them.
    const renewed = async (port: number): Promise<boolean> => {
      for (let tries = 0; tries < 4 * workers; tries += 1) if ((await subjectAt(port)) !== 'second') return false;
      return true;
    };
    await until('the public listener has the new certificate', () => renewed(publicPort));
    await until('the admin listener has the new certificate', () => renewed(adminPort));
    await until('the log says so', () => server.output().includes('TLS certificate reloaded'));
    t.equal((await fetchWith(keys, agent)).status, 200, 'the connection from before still works');
    t.notMatch(server.output(), 'PRIVATE KEY');
  });
}

t.test('a connection that was opened in advance does not hold up the end', async (t) => {
  const { server, publicPort } = await start(t, 1);
  const socket = await open(publicPort);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  const { code } = await server.kill('SIGTERM');
  t.equal(code, 0);
  await closed;
  t.notMatch(server.output(), 'CLAVIGER_SHUTDOWN_TIMEOUT');
});

t.test('files that cannot be used are named at start', async (t) => {
  const folder = temporaryFolder(t);
  const missing = join(folder, 'missing.pem');
  const cases: readonly (readonly [cert: string, key: string, expected: RegExp])[] = [
    [first.cert, '', /CLAVIGER_PUBLIC_TLS_KEY_FILE must be set too, because CLAVIGER_PUBLIC_TLS_CERT_FILE is set/],
    ['', first.key, /CLAVIGER_PUBLIC_TLS_CERT_FILE must be set too, because CLAVIGER_PUBLIC_TLS_KEY_FILE is set/],
    [missing, first.key, /missing\.pem cannot be read \(ENOENT\)/],
    [first.key, first.key, /first\.key must be a PEM file with a certificate/],
    [first.cert, first.cert, /first\.crt must be a PEM file with a private key without a passphrase/],
    [first.cert, second.key, /second\.key is not the key of the first certificate in .*first\.crt/],
  ];
  for (const [cert, key, expected] of cases) {
    const settings = { CLAVIGER_PUBLIC_TLS_CERT_FILE: cert, CLAVIGER_PUBLIC_TLS_KEY_FILE: key };
    const server = runServer(t, { CLAVIGER_DATA_DIR: folder, ...settings });
    t.equal((await server.exited).code, 2);
    t.match(server.output(), expected);
  }
});
