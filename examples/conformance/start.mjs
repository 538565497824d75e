// Starts a server for the official OpenID conformance suite: claviger.json, behind a TLS proxy with a certificate of its
// own, and the three clients that plans without registration need. Ends with Ctrl-C. See README.md for its variables.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const host = process.env.HOST || 'localhost';
const port = Number(process.env.PORT || 9443);
const publicPort = Number(process.env.PUBLIC_PORT || 4444);
const adminPort = Number(process.env.ADMIN_PORT || 4445);
const callback = process.env.CALLBACK || 'https://localhost.emobix.co.uk:8443/test/a/claviger/callback';
const issuer = `https://${host}:${port}/`;

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

/** In this process, which it ends itself. What you set yourself wins. */
const startServer = () => {
  const settings = {
    CLAVIGER_CONFIG: join(here, 'claviger.json'),
    CLAVIGER_ISSUER: issuer,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    CLAVIGER_DATA_DIR: folder,
  };
  Object.assign(process.env, { ...settings, ...process.env });
  import('../../apps/server/dist/src/main.js');
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

/** What the suite calls client, client2 and client_secret_post. */
const clients = [
  { client_id: 'client', token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: 'client2', token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: 'client-post', token_endpoint_auth_method: 'client_secret_post' },
];

const registerClients = async () => {
  for (const client of clients) {
    const reply = await fetch(`${admin}/clients`, {
      method: 'POST',
      body: JSON.stringify({
        ...client,
        client_secret: `${client.client_id}-secret-for-tests`,
        client_name: `Conformance suite, ${client.client_id}`,
        redirect_uris: [callback, `${callback}?dummy1=lorem&dummy2=ipsum`],
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        response_types: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
        scope: 'openid profile email address phone offline_access',
      }),
    });
    if (!reply.ok) throw new Error(`${client.client_id} was not registered: ${await reply.text()}`);
  }
};

const certificate = makeCertificate();
startServer();
await untilReady();
await registerClients();
createServer(certificate, passOn).listen(port, process.env.LISTEN || '127.0.0.1', () => {
  console.log(`The issuer for the suite: ${issuer}`);
});
