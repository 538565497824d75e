// Starts a server for the official OpenID conformance suite: claviger.json, behind a TLS proxy with a certificate of its
// own, and the three clients that plans without registration need. Ends with Ctrl-C. See README.md for its variables.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { adminPort, callback, clients, host, issuer, listen, port, publicPort } from './settings.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'claviger-conformance-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Good for a month. The suite takes any. */
const makeCertificate = () => {
  const [keyFile, certFile] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const name = isIP(host) ? `IP:${host}` : `DNS:${host}`;
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const subject = ['-subj', '/CN=Claviger for conformance tests', '-addext', `subjectAltName=${name}`];
  execFileSync('openssl', [...kind, ...subject, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
};

/** Passes everything on as it is: the server builds its URLs from the issuer. */
const passOn = (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const passed = request({ host: '127.0.0.1', port: publicPort, method, path: url, headers }, (reply) => {
    outgoing.writeHead(reply.statusCode, reply.rawHeaders);
    reply.pipe(outgoing);
  });
  passed.on('error', () => {
    if (!outgoing.headersSent) outgoing.writeHead(502);
    outgoing.end();
  });
  incoming.pipe(passed);
};

/** A process of its own: with several workers it starts itself again. Settings from the environment win. */
const startServer = () => {
  const settings = {
    CLAVIGER_CONFIG: join(here, 'claviger.json'),
    CLAVIGER_ISSUER: issuer,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    CLAVIGER_DATA_DIR: folder,
  };
  const main = join(here, '..', '..', 'apps', 'server', 'dist', 'src', 'main.js');
  const server = spawn(process.execPath, [main], { env: { ...settings, ...process.env }, stdio: 'inherit' });
  // Both end together, whichever is told to.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
  process.on('exit', () => server.kill('SIGKILL'));
  server.on('exit', (code) => process.exit(code ?? 1));
};

const admin = `http://127.0.0.1:${adminPort}`;

const untilReady = async () => {
  for (let tries = 0; tries < 600; tries++) {
    const reply = await fetch(`${admin}/health/ready`).catch(() => undefined);
    if (reply?.ok) return;
    await sleep(100);
  }
  throw new Error('The server does not become ready.');
};

/** Creates each client, or replaces the one that an earlier start left in a lasting store. */
const registerClients = async () => {
  for (const { id, secret, method } of Object.values(clients)) {
    const body = JSON.stringify({
      client_id: id,
      client_secret: secret,
      client_name: `Conformance suite, ${id}`,
      token_endpoint_auth_method: method,
      redirect_uris: [callback, `${callback}?dummy1=lorem&dummy2=ipsum`],
      grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      response_types: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
      scope: 'openid profile email address phone offline_access',
    });
    const created = await fetch(`${admin}/clients`, { method: 'POST', body });
    const reply = created.status === 409 ? await fetch(`${admin}/clients/${id}`, { method: 'PUT', body }) : created;
    if (!reply.ok) throw new Error(`${id} was not registered: ${await reply.text()}`);
  }
};

const certificate = makeCertificate();
startServer();
await untilReady();
await registerClients();
createServer(certificate, passOn).listen(port, listen, () => {
  console.log(`The issuer for the suite: ${issuer}`);
});
