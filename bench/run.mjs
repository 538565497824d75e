// npm run bench [-- --quick] [--smoke] [--only 'regex of operations'] [--servers 'regex'] [--sections a,b] [--rounds N]
// Measures Claviger beside others, and writes a table and a chart into bench/results. bench/README.md says how.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoad } from './lib/measure.mjs';
import { cores } from './lib/processor.mjs';
import { startPostgresServer, startRedisServer } from './lib/stores.mjs';
import { chart } from './sections/chart.mjs';
import { growth } from './sections/growth.mjs';
import { latency } from './sections/latency.mjs';
import { starting } from './sections/start.mjs';
import { targetTable, throughput, throughputTables } from './sections/throughput.mjs';
import { workers } from './sections/workers.mjs';
import { startBareFastify } from './targets/bare-fastify.mjs';
import { attachHydra, startClaviger } from './targets/hydra-api.mjs';
import { startOidcProvider } from './targets/oidc-provider.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    servers: { type: 'string', default: '' },
    sections: { type: 'string', default: 'throughput,latency,workers,growth,start' },
    rounds: { type: 'string' },
    out: { type: 'string', default: '' },
  },
});
const pace = options.smoke
  ? { rounds: 1, warmUp: 0.1, seconds: 0.3, tokens: 20_000 }
  : options.quick
    ? { rounds: 3, warmUp: 1, seconds: 1.5, tokens: 1_000_000 }
    : { rounds: 5, warmUp: 1, seconds: 4, tokens: 5_000_000 };
const rounds = Number(options.rounds ?? pace.rounds);
const sections = new Set(options.sections.split(','));
const wanted = (pattern, name) => new RegExp(pattern, 'i').test(name);
const log = (line) => console.error(line);

const folder = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const database = await startPostgresServer();
const redis = await startRedisServer();
const load = startLoad();

const protocol = [
  'client_credentials, opaque',
  'client_credentials, JWT RS256',
  'client_credentials, JWT ES256',
  'introspection',
  'userinfo',
  'code flow, RS256',
  'code flow, ES256',
  'refresh, RS256',
  'refresh, ES256',
  'discovery',
  'JWKS',
];
const operations = [...protocol, 'one insert'].filter((name) => wanted(options.only, name));

let stores = 0;
const claviger = (name, env) => () => {
  stores += 1;
  return startClaviger({ name, env, dataFolder: join(folder, `claviger-${stores}`) });
};
const onPostgres = async () => ({ CLAVIGER_DSN: (await database.createDatabase()).url });

const starters = [
  ['Claviger, Postgres', async () => claviger('Claviger, Postgres', await onPostgres())(), protocol],
  [
    'Claviger, Postgres with Redis',
    async () => {
      const short = Object.fromEntries(
        ['FLOWS', 'LOGIN_SESSIONS', 'TOKENS'].map((port) => [`CLAVIGER_STORE_${port}`, redis.url]),
      );
      return claviger('Claviger, Postgres with Redis', { ...(await onPostgres()), ...short })();
    },
    protocol,
  ],
  ['Claviger, SQLite', claviger('Claviger, SQLite', { CLAVIGER_DSN: 'sqlite:claviger.db' }), protocol],
  ['Claviger, memory', claviger('Claviger, memory', { CLAVIGER_DSN: 'sqlite::memory:' }), protocol],
  [
    'oidc-provider, Postgres',
    async () => startOidcProvider({ name: 'oidc-provider, Postgres', store: (await database.createDatabase()).url }),
    protocol,
  ],
  ['oidc-provider, memory', () => startOidcProvider({ name: 'oidc-provider, memory', store: 'memory' }), protocol],
].filter(([name]) => wanted(options.servers, name));

/** Of answers that Claviger gives from memory, so that bare Fastify gives as many bytes. */
const sizesOf = async ({ description: { urls } }) => {
  const size = async (url) => Buffer.byteLength(await (await fetch(url)).text());
  return { discovery: await size(urls.discovery), jwks: await size(urls.jwks) };
};

const text = [
  `# Measured ${new Date().toISOString().slice(0, 10)}`,
  '',
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}. ` +
    (cores
      ? `Servers are pinned to core ${cores.server}; the load, Postgres and Redis to ${cores.rest}. `
      : 'One core for everything: nothing is pinned. ') +
    `Postgres commits to the disk (fsync on), SQLite too (synchronous=FULL). 16 connections, ${rounds} alternating rounds of ${pace.seconds} s each.`,
  '',
];

try {
  if (sections.has('throughput')) {
    const servers = [];
    for (const [name, start, can] of starters) {
      servers.push({
        ...(await start()),
        operations: can,
        databasePid: name.includes('Postgres') ? database.pid : null,
      });
      log(`${name} runs`);
    }
    const { BENCH_HYDRA_PUBLIC: publicUrl, BENCH_HYDRA_ADMIN: adminUrl, BENCH_HYDRA_PID: pid } = process.env;
    if (publicUrl && adminUrl && pid) {
      const attached = await attachHydra({ name: 'Hydra', publicUrl, adminUrl, pid: Number(pid) });
      servers.push({ ...attached, operations: protocol.filter((name) => !/ES256|JWT/.test(name)), databasePid: null });
    }
    const model = servers.find(({ name }) => name.startsWith('Claviger'));
    if (model && wanted(options.servers, 'bare Fastify')) {
      const bare = await startBareFastify({
        postgresUrl: (await database.createDatabase()).url,
        sizes: await sizesOf(model),
      });
      servers.push({ ...bare, operations: ['discovery', 'JWKS', 'one insert'], databasePid: database.pid });
    }
    const found = await throughput({ servers, operations, ...pace, rounds, load, log });
    const names = servers.map(({ name }) => name);
    text.push('## Throughput', '', targetTable(found), throughputTables(found, names));
    writeChart(found, names);
    for (const server of servers) await server.stop();
  }
  if (sections.has('latency')) {
    const server = await claviger('Claviger, Postgres', await onPostgres())();
    const of = ['client_credentials, opaque', 'introspection', 'refresh, ES256', 'code flow, ES256'].filter((name) =>
      wanted(options.only, name),
    );
    text.push(await latency({ server, operations: of, ...pace, rounds: Math.min(rounds, 3), load, log }));
    await server.stop();
  }
  if (sections.has('workers')) {
    const start = async (count) => claviger(`${count}`, { ...(await onPostgres()), CLAVIGER_WORKERS: String(count) })();
    const of = ['client_credentials, opaque', 'introspection', 'refresh, ES256'].filter((name) =>
      wanted(options.only, name),
    );
    text.push(await workers({ start, operations: of, ...pace, rounds, load, log }));
  }
  if (sections.has('growth')) {
    const { url } = await database.createDatabase();
    const server = await claviger('Claviger, Postgres', { CLAVIGER_DSN: url, CLAVIGER_CLEANER_INTERVAL: '0s' })();
    text.push(await growth({ server, url, rows: pace.tokens, ...pace, rounds: Math.min(rounds, 3), load, log }));
    await server.stop();
  }
  if (sections.has('start')) text.push(await starting({ starters, rounds: Math.min(rounds, 3), log }));
} finally {
  load.stop();
  await redis.stop();
  await database.stop();
}

const report = `${text.join('\n').trimEnd()}\n`;
console.log(report);
const results = new URL('results/', import.meta.url);
if (options.out) writeFileSync(options.out, report);
else if (!options.smoke) writeFileSync(new URL(options.quick ? 'quick.md' : 'throughput.md', results), report);

function writeChart(found, names) {
  if (options.out || options.smoke) return;
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(options.quick ? 'quick.svg' : 'throughput.svg', results), chart(found, names));
}
