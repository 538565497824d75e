// Encrypted connections to Postgres, in each sslmode, to a server with a certificate of a private authority.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable } from '@claviger/core';
import postgres from 'postgres';
import t from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { startOwnPostgres } from '../src/testing/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'claviger-tls-'));
const certificate = join(folder, 'server.crt');

const server = await startOwnPostgres((data) => {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = join(data, 'server.key');
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  copyFileSync(certificate, join(data, 'server.crt'));
  return ['ssl=on'];
});
const plainServer = await startOwnPostgres();
t.teardown(async () => {
  await Promise.all([server.stop(), plainServer.stop()]);
  rmSync(folder, { recursive: true });
});

/** Whether the connection is encrypted, as the server reports it, or why there is none. */
const outcomeOf = async (host: string, query: string, at = server): Promise<string> => {
  const url = new URL(at.url);
  url.hostname = host;
  const { stores, migrate, schemaStatus, close } = await openPostgresStores({ url: `${url.href}?${query}` });
  try {
    await migrate();
    await schemaStatus();
    await stores.clients.find('app');
    const admin = postgres(at.url, { max: 1 });
    const connections = await admin<{ ssl: boolean }[]>`
      SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'claviger'`;
    await admin.end();
    return connections.every(({ ssl }) => ssl) ? 'encrypted' : 'plain';
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return error.cause instanceof Error ? error.cause.message : '';
  } finally {
    await close();
  }
};

t.test('require encrypts without checking the certificate', async (t) => {
  t.equal(await outcomeOf('127.0.0.1', 'sslmode=require'), 'encrypted');
  t.match(await outcomeOf('127.0.0.1', 'sslmode=require', plainServer), /does not offer TLS/);
});

t.test('verify-full requires a trusted certificate with the name of the host', async (t) => {
  const trusted = `sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate)}`;
  t.equal(await outcomeOf('localhost', trusted), 'encrypted');
  t.match(await outcomeOf('127.0.0.1', trusted), /does not match certificate's altnames/);
  t.match(await outcomeOf('localhost', 'sslmode=verify-full'), /self-signed certificate/);
});

t.test('verify-ca, and require with a root certificate, require a trusted certificate with any name', async (t) => {
  for (const mode of ['verify-ca', 'require']) {
    const trusted = `sslmode=${mode}&sslrootcert=${encodeURIComponent(certificate)}`;
    t.equal(await outcomeOf('127.0.0.1', trusted), 'encrypted');
  }
  t.match(await outcomeOf('127.0.0.1', 'sslmode=verify-ca'), /self-signed certificate/);
});

t.test('disable does not encrypt', async (t) => {
  t.equal(await outcomeOf('127.0.0.1', 'sslmode=disable'), 'plain');
});
