// Compares the running server with the recordings of the original, where the recordings and their driver are at hand:
// node .ci/golden.mjs [folder with driver/ and recorded-beta8/] [more options for the driver]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [golden = join(root, '..', 'shared', 'golden'), ...options] = process.argv.slice(2);
if (!existsSync(join(golden, 'driver', 'run.mjs'))) {
  console.log(`There are no recordings in ${golden}: nothing to compare.`);
  process.exit(0);
}

const [publicPort, adminPort] = [14444, 14445];
const base = `http://127.0.0.1:${publicPort}`;
const admin = `http://127.0.0.1:${adminPort}`;
const pages = 'http://127.0.0.1:14446';
const data = mkdtempSync(join(tmpdir(), 'claviger-golden-'));

const server = spawn(process.execPath, [join(root, 'apps/server/dist/src/main.js')], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: process.env.PATH,
    CLAVIGER_DATA_DIR: data,
    CLAVIGER_ISSUER: `${base}/`,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    CLAVIGER_LOGIN_URL: `${pages}/login`,
    CLAVIGER_CONSENT_URL: `${pages}/consent`,
    CLAVIGER_ERROR_URL: `${pages}/error`,
    CLAVIGER_LOGOUT_REDIRECT_URL: `${pages}/logged-out`,
    CLAVIGER_REQUIRE_PKCE: 'false',
    CLAVIGER_REFRESH_GRACE: '0s',
    CLAVIGER_MIN_STATE_LENGTH: '8',
    CLAVIGER_CORS_ALLOWED_ORIGINS: '*',
    CLAVIGER_SUBJECT_TYPES_SUPPORTED: 'public,pairwise',
    CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT: 'a salt of the comparison',
    CLAVIGER_LOG_LEVEL: 'error',
  },
});
process.on('exit', () => {
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

const isReady = () =>
  fetch(`${admin}/health/ready`).then(
    (reply) => reply.ok,
    () => false,
  );
for (const deadline = Date.now() + 30_000; !(await isReady()); await sleep(50)) {
  if (Date.now() > deadline || server.exitCode !== null) throw new Error('The server did not become ready.');
}

const groups = '^(meta|clients|cc|introspect|revoke|flush|keys|userinfo|sessions|code|refresh)\\.';
const driver = spawn(
  process.execPath,
  [
    join(golden, 'driver', 'run.mjs'),
    ...['--base', base, '--admin', admin, '--compare', join(golden, 'recorded-beta8')],
    ...['--deviations', join(root, '.ci', 'golden-deviations.json')],
    ...(options.length > 0 ? options : ['--only', groups]),
  ],
  { stdio: 'inherit' },
);
driver.on('exit', (code) => process.exit(code ?? 1));
