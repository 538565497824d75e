// The steps of the Dockerfile, run in an empty folder without containers, and its result started with its own command. No image is
// built: what the base images contain is not tested.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path) => readFileSync(join(root, path), 'utf8');

/** [instruction, rest] without comments, with continued lines joined. */
const instructions = read('Dockerfile')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => /^(\w+)\s+(.*)$/.exec(line).slice(1));

/** Files of the checkout that .dockerignore lets through. Its lines: all, names of the top level, and names at any depth. */
const contextFiles = () => {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const denied = lines.filter((line) => line.startsWith('**/')).map((line) => line.slice(3));
  t.strictSame(lines.length, allowed.length + denied.length + 1, 'every line of .dockerignore is understood');
  const isDenied = (part) =>
    denied.some((name) => (name.startsWith('*') ? part.endsWith(name.slice(1)) : part === name));
  return execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && allowed.includes(path.split('/')[0]) && !path.split('/').some(isDenied));
};

const copyFromContext = (files, source, target) => {
  const matching = files.filter((path) => path === source || path.startsWith(`${source}/`));
  if (matching.length === 0) throw new Error(`COPY ${source}: the context has no such file.`);
  for (const path of matching) {
    mkdirSync(dirname(join(target, path.slice(source.length))), { recursive: true });
    cpSync(join(root, path), join(target, path.slice(source.length)));
  }
};

/** Runs the stages, each below a folder of its own. Resolves to the last one. */
const runStages = (folder) => {
  const files = contextFiles();
  const stages = new Map();
  let stage;
  for (const [instruction, rest] of instructions) {
    if (instruction === 'FROM') {
      const name = / AS (\w+)$/.exec(rest)?.[1] ?? 'last';
      stage = { root: join(folder, name), directory: '/', env: {} };
      stages.set(name, stage);
    } else if (instruction === 'WORKDIR') {
      stage.directory = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (instruction === 'COPY') {
      const words = rest.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      const [target, ...sources] = words.filter((word) => !word.startsWith('--')).reverse();
      const base = target.startsWith('/') ? stage.root : join(stage.root, stage.directory);
      for (const source of sources) {
        const to = target.endsWith('/') ? join(base, target, basename(source)) : join(base, target);
        if (from) cpSync(join(stages.get(from).root, source), to, { recursive: true, verbatimSymlinks: true });
        else copyFromContext(files, source, to);
      }
    } else if (instruction === 'RUN') {
      execFileSync('sh', ['-ec', rest], {
        cwd: join(stage.root, stage.directory),
        env: { ...process.env, CI: 'true', npm_config_prefer_offline: 'true' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    } else if (instruction === 'ENV') {
      for (const [, name, value] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value;
    } else stage[instruction] = rest;
  }
  return stage;
};

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(String(port)));
    });
  });

t.test('the steps give a server that starts, is healthy and stops', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-dockerfile-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const image = runStages(folder);
  t.equal(image.USER, '65532:65532', 'not root');
  t.ok(statSync(join(image.root, 'data')).isDirectory());

  const here = (word) => (word === '/nodejs/bin/node' ? process.execPath : join(image.root, word));
  const words = (json) => JSON.parse(json).map((word) => (word.startsWith('/') ? here(word) : word));
  const [publicPort, adminPort] = [await freePort(), await freePort()];
  const [command, ...args] = [...words(image.ENTRYPOINT), ...words(image.CMD)];
  const env = {
    PATH: process.env.PATH,
    ...image.env,
    CLAVIGER_DATA_DIR: join(image.root, image.env.CLAVIGER_DATA_DIR),
    CLAVIGER_PUBLIC_PORT: publicPort,
    CLAVIGER_ADMIN_PORT: adminPort,
  };
  const server = spawn(command, args, { env, cwd: join(image.root, image.directory), stdio: 'ignore' });
  t.teardown(() => server.kill('SIGKILL'));
  const exited = new Promise((resolve) => server.once('exit', resolve));

  const [node, script, kind] = words(/CMD (\[.*\])$/.exec(image.HEALTHCHECK)[1]);
  t.equal(kind, 'alive');
  const check = (what) =>
    new Promise((resolve) => spawn(node, [script, what], { env, stdio: 'ignore' }).once('exit', resolve));
  const deadline = Date.now() + 60_000;
  while ((await check('ready')) !== 0) {
    if (Date.now() > deadline || server.exitCode !== null) throw new Error('The server did not become ready.');
    await sleep(100);
  }
  t.equal(await check(kind), 0);
  t.equal((await fetch(`http://127.0.0.1:${publicPort}/.well-known/openid-configuration`)).status, 200);
  server.kill('SIGTERM');
  t.equal(await exited, 0);
  t.equal(await check(kind), 1, 'the health check fails without a server');
});

t.test('the versions in the Dockerfile are those of package.json', async (t) => {
  const { packageManager } = JSON.parse(read('package.json'));
  const named = read('Dockerfile').match(/pnpm@[\d.]+/g);
  for (const version of named) t.equal(version, packageManager);
});
