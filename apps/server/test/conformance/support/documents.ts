// The web server of a relying party, as in the suite: https on loopback with a self-signed certificate.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '../../support/start-server.ts';

export interface Documents {
  /** Publishes the text and returns its URL. If `url` is given, replaces the text there. */
  publish(text: string, url?: string): string;
}

const makeCertificate = () => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-party-'));
  try {
    const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...kind, '-subj', '/CN=party', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const serveDocuments = async (t: Cleanup): Promise<Documents> => {
  const texts = new Map<string, string>();
  const server = createServer(makeCertificate(), ({ url = '' }, reply) => {
    const text = texts.get(url);
    reply.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    publish(text, url = `${base}/${randomUUID()}`) {
      texts.set(new URL(url).pathname, text);
      return url;
    },
  };
};
