// Checks the promise of the first command: `npm start` serves from nothing, and a second `npm start` keeps the data.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const startTimeout = 120_000;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Only what `npm start` may need: no setting of the caller's leaks in. */
const environment = (settings) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CLAVIGER_'))),
  ...settings,
});

const withServer = async (settings, adminUrl, use) => {
  // A process group of its own: npm, the shell and the server end together.
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: environment(settings),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const killAtExit = () => kill('SIGKILL');
  process.on('exit', killAtExit);
  try {
    const deadline = Date.now() + startTimeout;
    for (;;) {
      const ready = await fetch(`${adminUrl}/health/ready`).then(
        (reply) => reply.ok,
        () => false,
      );
      if (ready) break;
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      if (Date.now() > deadline) throw new Error(`npm start was not ready after ${startTimeout / 1000} s`);
      await sleep(100);
    }
    await use();
    kill('SIGTERM');
    const status = await Promise.race([ended, sleep(15_000, 'timeout', { ref: false })]);
    if (status === 'timeout') throw new Error('npm start did not end within 15 s of SIGTERM');
  } catch (error) {
    process.stdout.write(`${output}\n`);
    throw error;
  } finally {
    kill('SIGKILL');
    process.off('exit', killAtExit);
  }
};

const main = async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'claviger-start-'));
  process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }));
  const [publicPort, adminPort] = [await freePort(), await freePort()];
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const settings = {
    CLAVIGER_DATA_DIR: dataFolder,
    CLAVIGER_ISSUER: `http://127.0.0.1:${publicPort}/`,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
  };
  await withServer(settings, adminUrl, async () => {
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
  await withServer(settings, adminUrl, async () => {
    const reply = await fetch(`${adminUrl}/clients/kept`);
    const client = reply.ok ? await reply.json() : {};
    if (client.client_name !== 'Survives a restart') throw new Error(`the client is gone: ${reply.status}`);
    console.log('A second npm start keeps the data.');
  });
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
main().catch((error) => {
  console.log(`FAILED  ${error.message}`);
  process.exit(1);
});
