// Runs the tests of stores, tokens and flows on each supported version of Postgres, Redis, Valkey and Node.js:
//   npm run versions                                  all of them; --write puts the table into docs/production.md
//   npm run versions -- 'Postgres 14' 'Node.js 26'    those whose names start so
//   npm run versions -- --server 'Redis 8.0=/opt/redis/redis-server'    a program of your own, may be repeated
// Node.js versions run in a clone of the last commit. The first run downloads some 600 MB and compiles the SQLite driver for
// each Node.js.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { binaries, fetchBinary } from './server-binaries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const nodes = 'apps/server/dist/test/nodes';
const kinds = {
  Postgres: {
    tests: ['adapters-sql/dist/test/postgres', nodes],
    env: (folder) => ({ CLAVIGER_TEST_POSTGRES_BIN: folder }),
  },
  Redis: { tests: ['adapters-redis/dist/test', nodes], env: (program) => ({ CLAVIGER_TEST_REDIS_SERVER: program }) },
  'Node.js': {
    tests: ['core/dist/test', 'http/dist/test', 'adapters-sql/dist/test', 'adapters-redis/dist/test', nodes],
    env: (folder) => ({ PATH: `${folder}${delimiter}${process.env.PATH}` }),
    inClone: true,
  },
};
const kindOf = (name) => (name.startsWith('Valkey') ? kinds.Redis : kinds[name.slice(0, name.indexOf(' '))]);

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean' }, server: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});

const own = values.server.map((text) => {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 0 || !kindOf(name))
    throw new Error(`--server '${text}': write it as --server 'Redis 8.0=/path/redis-server'.`);
  return [name, () => ({ from: 'built from source', path: text.slice(at + 1) })];
});
const all = [
  ...Object.entries(binaries).map(([name, binary]) => [name, () => ({ from: binary.from, path: fetchBinary(binary) })]),
  ...own,
];
const chosen = all.filter(([name]) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)));

const runTests = (folder, kind, path) => {
  const env = { ...process.env, CLAVIGER_TEST_POSTGRES_URL: '', CLAVIGER_TEST_REDIS_URL: '', ...kind.env(path) };
  const steps = [['scripts/bootstrap.mjs'], ['scripts/run-tests.mjs', ...kind.tests]];
  let output = '';
  for (const step of steps) {
    const { stdout, stderr } = spawnSync('node', step, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 28 });
    output = `${stdout}${stderr}`;
  }
  const [, passed = '0', failed = '1', skipped = '0'] =
    /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(output) ?? [];
  if (failed !== '0') console.error(output);
  return { passed, failed, skipped };
};

const inClone = (action) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-versions-'));
  try {
    spawnSync('git', ['clone', '--quiet', root, folder], { stdio: 'inherit' });
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const rows = chosen.map(([name, prepare]) => {
  const { from, path } = prepare();
  const kind = kindOf(name);
  const result = kind.inClone ? inClone((folder) => runTests(folder, kind, path)) : runTests(root, kind, path);
  const row = `| ${name} | ${from} | ${result.passed} | ${result.skipped} | ${result.failed} |`;
  console.log(row);
  if (result.failed !== '0') process.exitCode = 1;
  return row;
});

if (values.write) {
  const page = join(root, 'docs', 'production.md');
  const table = ['| version | program from | passed | skipped | failed |', '| --- | --- | --- | --- | --- |', ...rows];
  const marked = /(<!-- npm run versions -->\n)[\s\S]*?(<!-- end -->)/;
  const text = readFileSync(page, 'utf8');
  if (!marked.test(text)) throw new Error(`${page} has no place for the table.`);
  writeFileSync(
    page,
    text.replace(marked, (_, begin, end) => `${begin}\n${table.join('\n')}\n\n${end}`),
  );
}
