// Where a server's time goes: node bench/profile.mjs 'introspection' [postgres|sqlite|memory] [seconds]
// Prints the functions that use most of the CPU, and writes a .cpuprofile for a flame graph: open it in Chrome's
// developer tools (Performance, load profile), in VS Code, or at a viewer such as speedscope.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLoad } from './lib/measure.mjs';
import { operations } from './lib/operations.mjs';
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
  env: { CLAVIGER_DSN: dsn },
  dataFolder: join(folder, 'data'),
  nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'],
});
const measured = await load.measure(server, { operation, warmUp: 2, seconds: Number(seconds) }, database?.pid ?? null);
load.stop();
await server.stop();
await database?.stop();

const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
const profile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
const self = new Map();
const byId = new Map(profile.nodes.map((node) => [node.id, node]));
let whole = 0;
for (const [index, id] of profile.samples.entries()) {
  const { functionName, url, lineNumber } = byId.get(id).callFrame;
  if (functionName === '(idle)') continue;
  const place = `${functionName || '(anonymous)'} ${url.replace(/^.*\/(node_modules|packages|apps)\//, '')}:${lineNumber + 1}`;
  self.set(place, (self.get(place) ?? 0) + profile.timeDeltas[index]);
  whole += profile.timeDeltas[index];
}
const top = [...self].sort(([, a], [, b]) => b - a).slice(0, 45);
const kept = new URL(`results/profiles/${operation.replaceAll(/[^\w]+/g, '-')}-${store}.cpuprofile`, import.meta.url);
mkdirSync(new URL('.', kept), { recursive: true });
writeFileSync(kept, JSON.stringify(profile));
rmSync(folder, { recursive: true, force: true });
console.log(
  `${Math.round(measured.perCpuSecond)} operations per CPU second, ${Math.round(measured.databaseMicroseconds)} µs of Postgres each`,
);
for (const [place, microseconds] of top)
  console.log(`${((microseconds / whole) * 100).toFixed(1).padStart(5)} %  ${place}`);
console.log(`Flame graph: ${fileURLToPath(kept)}`);
