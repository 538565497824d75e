// Checks the single binary: it serves in an empty environment, and the end-to-end tests pass against it.
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, withServer } from './with-server.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const binary = join(root, 'build', `claviger-${process.platform}-${process.arch}`);

/** Every way in which the program differs from the compiled server: its files, its driver, its workers, its end. */
const tests = ['api-page', 'browser', 'crash', 'operator', 'sdk', 'server'].map(
  (name) => `apps/server/dist/test/${name}.test`,
);

/** Of root's checks; everybody else has no other user to be. */
const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A copy alone in a folder, with another, empty one to be started in. */
const alone = () => {
  const home = mkdtempSync(join(tmpdir(), 'claviger-binary-'));
  process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  const [program, folder] = [join(home, 'claviger'), join(home, 'empty')];
  copyFileSync(binary, program);
  mkdirSync(folder);
  if (nobody.uid) for (const path of [home, folder]) chownSync(path, nobody.uid, nobody.gid);
  return { program, folder };
};

const issueToken = async (publicUrl, adminUrl) => {
  const client = { client_id: 'app', client_secret: 'app-secret', grant_types: ['client_credentials'] };
  await fetch(`${adminUrl}/clients`, { method: 'POST', body: JSON.stringify(client) });
  const reply = await fetch(`${publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:app-secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (reply.status !== 200) throw new Error(`asking for a token answered ${reply.status}: ${await reply.text()}`);
};

/** Without Node.js: no PATH, no home, no setting but ports. As a user without rights, from an empty folder. */
const checkAlone = async () => {
  const { program, folder } = alone();
  const { version } = JSON.parse(readFileSync(join(root, 'apps/server/package.json'), 'utf8'));
  const said = execFileSync(program, ['version'], { cwd: folder, env: {}, encoding: 'utf8', ...nobody }).trim();
  if (said !== version) throw new Error(`the binary is of version ${said}, the source of ${version}`);

  const [publicPort, adminPort] = await freePorts(2);
  const [publicUrl, adminUrl] = [publicPort, adminPort].map((port) => `http://127.0.0.1:${port}`);
  const env = {
    TMPDIR: dirname(program),
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
  };
  const status = await withServer([program], { cwd: folder, env, ...nobody }, adminUrl, async (seconds) => {
    await issueToken(publicUrl, adminUrl);
    console.log(`The binary serves without Node.js, ready after ${seconds.toFixed(2)} s.`);
  });
  if (status !== 0) throw new Error(`the binary ended with ${status}`);
};

const main = async () => {
  if (!existsSync(binary)) throw new Error(`${binary} is not there. First: npm run build:binary`);
  await checkAlone();
  const env = { ...process.env, CLAVIGER_TEST_PROGRAM: binary };
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/run-tests.mjs'), ...tests], {
    stdio: 'inherit',
    env,
  });
  process.exitCode = status ?? 1;
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
main().catch((error) => {
  console.log(`FAILED  ${error.message}`);
  process.exit(1);
});
