// Checks the promise of the first command: `npm start` serves from nothing, and a second `npm start` keeps the data.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, withServer } from './with-server.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Only what `npm start` may need: no setting of the caller's leaks in. */
const environment = (settings) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CLAVIGER_'))),
  ...settings,
});

const main = async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'claviger-start-'));
  process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }));
  const [publicPort, adminPort] = await freePorts(2);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const settings = {
    CLAVIGER_DATA_DIR: dataFolder,
    CLAVIGER_ISSUER: `http://127.0.0.1:${publicPort}/`,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
  };
  const options = { cwd: root, env: environment(settings) };
  await withServer(['npm', 'start'], options, adminUrl, async () => {
    const body = JSON.stringify({ client_id: 'kept', client_name: 'Survives a restart' });
    const created = await fetch(`${adminUrl}/clients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if (created.status !== 201)
      throw new Error(`creating a client answered ${created.status}: ${await created.text()}`);
    console.log('npm start serves on a fresh data folder.');
  });
  await withServer(['npm', 'start'], options, adminUrl, async () => {
    const reply = await fetch(`${adminUrl}/clients/kept`);
    const client = reply.ok ? await reply.json() : {};
    if (client.client_name !== 'Survives a restart') throw new Error(`the client is missing: ${reply.status}`);
    console.log('A second npm start keeps the data.');
  });
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
main().catch((error) => {
  console.log(`FAILED  ${error.message}`);
  process.exit(1);
});
