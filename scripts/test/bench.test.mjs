// The benchmarks still run and report every operation. Times are not judged.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const run = promisify(execFile);

t.setTimeout(300_000);

t.test('a short run measures every operation on Claviger and on the peer', async (t) => {
  const servers = '^(Claviger, (Postgres|SQLite)|oidc-provider, memory|bare Fastify)$';
  const { stdout } = await run(
    process.execPath,
    ['bench/run.mjs', '--smoke', '--sections', 'throughput,growth', '--servers', servers],
    { cwd: root, maxBuffer: 1e7 },
  );
  const [, table = ''] = stdout.split('### Operations per CPU second of the server');
  const rows = table
    .split('\n')
    .filter((line) => /^\| (?!---|operation)/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  const row = (name) => rows.find(([operation]) => operation === name)?.slice(1);
  const both = [
    'client_credentials, opaque',
    'introspection',
    'userinfo',
    'refresh, RS256',
    'code flow, RS256',
    'JWKS',
  ];
  for (const operation of both) {
    t.match(row(operation)?.slice(0, 3), [/^[\d,]+/, /^[\d,]+/, /^[\d,]+/], operation);
  }
  t.match(stdout, /Table and indexes: \d+ bytes for each live token\./);
});
