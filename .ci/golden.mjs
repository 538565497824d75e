// Compares the running server with the recordings of the original, where the recordings and their driver are at hand:
// node .ci/golden.mjs [folder with driver/ and recorded-beta8/] [--profile name] [more options for the driver]
// Each profile is a server of its own, with the settings of the table. Without any option all of them run in turn; options
// without a profile are for the default one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [publicPort, adminPort] = [14444, 14445];
const base = `http://127.0.0.1:${publicPort}`;
const admin = `http://127.0.0.1:${adminPort}`;
const pages = 'http://127.0.0.1:14446';

/** Hold in every profile; a profile's own win. The driver serves its key sets over http on this machine. */
const commonSettings = {
  CLAVIGER_ISSUER: `${base}/`,
  CLAVIGER_PUBLIC_PORT: String(publicPort),
  CLAVIGER_ADMIN_PORT: String(adminPort),
  CLAVIGER_LOGIN_URL: `${pages}/login`,
  CLAVIGER_CONSENT_URL: `${pages}/consent`,
  CLAVIGER_ERROR_URL: `${pages}/error`,
  CLAVIGER_LOGOUT_REDIRECT_URL: `${pages}/logged-out`,
  CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: 'true',
  CLAVIGER_PUBLIC_HEALTH: 'false',
  CLAVIGER_REQUIRE_PKCE: 'false',
  CLAVIGER_STRICT_GRANT_SCOPE: 'false',
  CLAVIGER_REFRESH_GRACE: '0s',
  CLAVIGER_MIN_STATE_LENGTH: '8',
  CLAVIGER_STRICT_CLIENT_AUTH_METHOD: 'true',
  CLAVIGER_LAX_CLIENT_METADATA: 'true',
  CLAVIGER_CORS_ALLOWED_ORIGINS: '*',
  CLAVIGER_SUBJECT_TYPES_SUPPORTED: 'public,pairwise',
  CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT: 'a salt of the comparison',
  CLAVIGER_LOG_LEVEL: 'error',
};

/** The profiles, under the driver's names for them. `onPostgres`: the store is stopped before the comparison begins. */
const profiles = {
  default: {},
  jwt: { settings: { CLAVIGER_ACCESS_TOKEN_STRATEGY: 'jwt' } },
  short: {
    settings: {
      CLAVIGER_ACCESS_TOKEN_LIFESPAN: '2s',
      CLAVIGER_AUTH_CODE_LIFESPAN: '2s',
      CLAVIGER_ID_TOKEN_LIFESPAN: '2s',
    },
  },
  config: {
    settings: {
      CLAVIGER_DISCOVERY_CLAIMS_SUPPORTED: 'email,name',
      CLAVIGER_DISCOVERY_SCOPES_SUPPORTED: 'photos.read,photos.write',
      CLAVIGER_DISCOVERY_USERINFO_ENDPOINT: 'https://userinfo.example.com/me',
      CLAVIGER_DEFAULT_CLIENT_SCOPE: 'openid,offline,photos.read',
      CLAVIGER_SHARE_ERROR_DEBUG: 'true',
      CLAVIGER_SCOPE_STRATEGY: 'hierarchic',
      CLAVIGER_CORS_ALLOWED_ORIGINS: 'https://app.example.com,https://*.wild.example.com',
      CLAVIGER_CORS_MAX_AGE: '600s',
    },
  },
  dbdown: { onPostgres: true },
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const golden = words[0]?.startsWith('-') === false ? words.shift() : join(root, '..', 'shared', 'golden');
if (!existsSync(join(golden, 'driver', 'run.mjs'))) {
  console.log(`There are no recordings in ${golden}: nothing to compare.`);
  process.exit(0);
}
const named = words.indexOf('--profile');
const unnamed = words.length > 0 ? ['default'] : Object.keys(profiles);
const wanted = named < 0 ? unnamed : words.splice(named, 2).slice(1);
const unknown = wanted.find((name) => !Object.hasOwn(profiles, name));
if (unknown !== undefined || wanted.length === 0) {
  throw new Error(`There is no profile ${unknown}; there are ${Object.keys(profiles).join(', ')}.`);
}

const isReady = () =>
  fetch(`${admin}/health/ready`).then(
    (reply) => reply.ok,
    () => false,
  );

/** A database of our own, so that it can be stopped. */
const startPostgres = async () => {
  const { startOwnPostgres } = await import('../packages/adapters-sql/dist/src/testing/index.js');
  const postgres = await startOwnPostgres();
  const { url } = await postgres.createDatabase();
  const settings = {
    CLAVIGER_DSN: url,
    CLAVIGER_AUTO_MIGRATE: 'true',
    CLAVIGER_SYSTEM_SECRET: 'a secret of the comparison',
    CLAVIGER_WORKERS: '1',
    CLAVIGER_LOG_LEVEL: 'silent',
  };
  return { settings, stop: () => postgres.stop() };
};

const startServer = async (settings) => {
  const data = mkdtempSync(join(tmpdir(), 'claviger-golden-'));
  const server = spawn(process.execPath, [join(root, 'apps/server/dist/src/main.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, CLAVIGER_DATA_DIR: data, ...commonSettings, ...settings },
  });
  const clean = () => {
    server.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', clean);
  for (const deadline = Date.now() + 30_000; !(await isReady()); await sleep(50)) {
    if (Date.now() > deadline || server.exitCode !== null) throw new Error('The server did not become ready.');
  }
  return async () => {
    const ended = once(server, 'exit');
    clean();
    process.off('exit', clean);
    await ended;
  };
};

/** The deviations of the profile, so that the driver reports outdated ones. Entries without a list belong to the default profile. */
const deviationsFor = (name) => {
  const all = JSON.parse(readFileSync(join(root, '.ci', 'golden-deviations.json'), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'claviger-deviations-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'deviations.json');
  const own = all.filter(({ profiles: named = ['default'] }) => named.includes(name));
  writeFileSync(file, JSON.stringify(own));
  return file;
};

/** Whether every scenario passes. */
const compare = async (name, { settings = {}, onPostgres = false }) => {
  const postgres = onPostgres ? await startPostgres() : undefined;
  const stop = await startServer({ ...settings, ...postgres?.settings });
  await postgres?.stop();
  console.log(`profile ${name}`);
  const driver = spawn(
    process.execPath,
    [
      join(golden, 'driver', 'run.mjs'),
      ...['--base', base, '--admin', admin, '--compare', join(golden, 'recorded-beta8'), '--profile', name],
      ...['--deviations', deviationsFor(name)],
      ...words,
    ],
    { stdio: 'inherit' },
  );
  const [code] = await once(driver, 'exit');
  await stop();
  return code === 0;
};

let failed = false;
for (const name of wanted) failed = !(await compare(name, profiles[name])) || failed;
process.exit(failed ? 1 : 0);
