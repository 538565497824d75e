// Makes a fresh clone runnable: checks Node.js, installs the locked dependencies, compiles. Run by `prestart` and
// `pretest`; needs only Node.js and npm, and does little if nothing changed. Silent unless it has something to report.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, '.bootstrap.lock');
const stampFile = join(root, 'node_modules', '.claviger-stamp.json');
const workspaceFolders = ['packages', 'apps', 'examples'];

const say = (text) => process.stderr.write(`${text}\n`);

const fail = (text) => {
  say(text);
  process.exit(1);
};

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Claviger needs Node.js 20.19 or later; this is ${process.version} (${process.execPath}).`);
  }
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** One bootstrap at a time in this folder. Linking a complete file is atomic, so the lock always names its owner. */
const acquireLock = () => {
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  process.on('exit', () => {
    rmSync(mine, { force: true });
    if (existsSync(lockFile) && readFileSync(lockFile, 'utf8') === String(process.pid))
      rmSync(lockFile, { force: true });
  });
  const deadline = Date.now() + 20 * 60_000;
  for (let waited = false; ; sleep(100)) {
    if (Date.now() > deadline) fail(`Gave up waiting. If no other start is under way, remove ${lockFile}.`);
    try {
      linkSync(mine, lockFile);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8')) : 0;
    if (owner !== 0 && !isAlive(owner)) {
      say(`Removing the lock of process ${owner}, which no longer runs.`);
      rmSync(lockFile, { force: true });
    } else if (!waited && owner !== 0) {
      say(`Waiting for process ${owner}, which is preparing this folder.`);
      waited = true;
    }
  }
};

const manifests = () =>
  ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].concat(
    ...workspaceFolders.map((folder) =>
      readdirSync(join(root, folder))
        .sort()
        .map((name) => join(folder, name, 'package.json'))
        .filter((path) => existsSync(join(root, path))),
    ),
  );

/** What the installed dependencies were made from, and for which Node.js. */
const currentStamp = () => {
  const hash = createHash('sha256');
  for (const path of manifests())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  const platform = `${process.platform}-${process.arch}-${process.versions.modules}`;
  return { files: hash.digest('hex'), node: process.version, platform };
};

const installedStamp = () => {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return null;
  }
};

/** Runs a command in silence; its whole output is shown only when it fails. */
const run = (what, command, args, { env = {}, cwd = root } = {}) => {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout || ''}${result.stderr || ''}`);
  fail(
    `${what} failed${result.error ? `: ${result.error.message}` : ` (${result.signal || `exit ${result.status}`})`}.`,
  );
};

/** Where the headers of this Node.js are, so that node-gyp downloads none. */
const nodeHeaders = () => {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
};

const install = (stamp, before) => {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  say(
    'Installing dependencies. The first time this may take some minutes: the SQLite driver is compiled where needed.',
  );
  rmSync(stampFile, { force: true });
  if (before !== null && before.platform !== stamp.platform) {
    // Native addons belong to one Node.js ABI, and pnpm does not rebuild what is in place.
    for (const folder of ['.', ...manifests().map((path) => dirname(path))]) {
      rmSync(join(root, folder, 'node_modules'), { recursive: true, force: true });
    }
  }
  // From outside the project: within it npx takes the pnpm in node_modules, which the install may remove under its feet.
  run('pnpm install', 'npx', ['--yes', packageManager, '--dir', root, 'install', '--frozen-lockfile'], {
    cwd: tmpdir(),
    env: { CI: 'true', ...nodeHeaders() },
  });
  // Compiles the set of tap's plugins that .taprc asks for; otherwise the first test run does it, and runs slowly.
  run('tap build', process.execPath, [join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'build']);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
};

const bootstrap = () => {
  checkNode();
  acquireLock();
  const stamp = currentStamp();
  const before = installedStamp();
  const isNew = JSON.stringify(before) !== JSON.stringify(stamp);
  if (isNew) install(stamp, before);
  if (isNew) say('Compiling.');
  run('Compiling', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
};

bootstrap();
