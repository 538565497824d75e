// Where a server's time goes: node bench/profile.mjs 'introspection' [postgres|sqlite|memory] [seconds]
// Prints the parts and functions that use most of the CPU, and writes a .cpuprofile for a flame graph: open it in Chrome's
// developer tools (Performance, load profile), in VS Code, or at a viewer such as speedscope.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLoad } from './lib/measure.mjs';
import { operations } from './lib/operations.mjs';
import { summary } from './lib/profile-summary.mjs';
import { startPostgresServer } from './lib/stores.mjs';
import { startClaviger } from './targets/hydra-api.mjs';

const [operation = 'client_credentials, opaque', store = 'postgres', seconds = '5'] = process.argv.slice(2);
const dsns = { postgres: null, sqlite: 'sqlite:claviger.db', memory: 'sqlite::memory:' };
if (!Object.hasOwn(operations, operation) || !Object.hasOwn(dsns, store)) {
  console.error(
    `Say an operation (${Object.keys(operations).join('; ')}) and a store (${Object.keys(dsns).join(', ')}).`,
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'claviger-profile-'));
const database = store === 'postgres' ? await startPostgresServer() : null;
const dsn = dsns[store] ?? (await database.createDatabase()).url;
const load = startLoad();
const server = await startClaviger({
  name: `Claviger, ${store}`,
  env: {
    CLAVIGER_DSN: dsn,
    ...(operation.includes('JWT ES256') ? { CLAVIGER_ACCESS_TOKEN_SIGNING_ALG: 'ES256' } : {}),
  },
  dataFolder: join(folder, 'data'),
  nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'],
});
const measured = await load.measure(server, { operation, warmUp: 2, seconds: Number(seconds) }, database?.pid ?? null);
load.stop();
await server.stop();
await database?.stop();

const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
const profile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
rmSync(folder, { recursive: true, force: true });
const text = [
  `${operation} on ${store}: ${Math.round(measured.perCpuSecond)} operations per CPU second while profiled, ${Math.round(measured.databaseMicroseconds)} µs of Postgres each`,
  '',
  ...summary(profile),
  '',
].join('\n');
console.log(text);
const name = `${operation.replaceAll(/[^\w]+/g, '-')}-${store}`;
const results = new URL('results/profiles/', import.meta.url);
mkdirSync(results, { recursive: true });
writeFileSync(new URL(`${name}.txt`, results), text);
const kept = new URL(`${name}.cpuprofile`, results);
writeFileSync(kept, JSON.stringify(profile));
console.log(`Flame graph: ${fileURLToPath(kept)}`);
