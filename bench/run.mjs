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
import { memoryOverTime } from './sections/memory.mjs';
import { signatures, signatureTable } from './sections/signatures.mjs';
import { starting } from './sections/start.mjs';
import { targetTable, throughput, throughputTables } from './sections/throughput.mjs';
import { workers } from './sections/workers.mjs';
import { startBareFastify } from './targets/bare-fastify.mjs';
import { attachHydra } from './targets/hydra-api.mjs';
import { protocol, serversOn } from './targets/servers.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    servers: { type: 'string', default: '' },
    sections: { type: 'string', default: 'throughput,latency,workers,growth,start,memory' },
    rounds: { type: 'string' },
    out: { type: 'string', default: '' },
  },
});
const pace = options.smoke
  ? { rounds: 1, firstWarmUp: 0.1, warmUp: 0.1, seconds: 0.3, tokens: 20_000, minutes: 0 }
  : options.quick
    ? { rounds: 2, firstWarmUp: 1.5, warmUp: 0.8, seconds: 1.2, tokens: 1_000_000, minutes: 1 }
    : { rounds: 5, firstWarmUp: 6, warmUp: 1, seconds: 3, tokens: 5_000_000, minutes: 10 };
const rounds = Number(options.rounds ?? pace.rounds);
const sections = new Set(options.sections.split(','));
const log = (line) => console.error(line);
const isWanted = (pattern) => (name) => new RegExp(pattern, 'i').test(name);
const wantedOperation = isWanted(options.only);
const wantedServer = isWanted(options.servers);

const results = new URL('results/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const database = await startPostgresServer();
const redis = await startRedisServer();
const load = startLoad();
const servers = serversOn({ database, redis, folder });
const common = { ...pace, rounds, load, log };

/** Of answers that Claviger gives from memory, so that bare Fastify gives as many bytes. */
const sizesOf = async ({ description: { urls } }) => {
  const size = async (url) => Buffer.byteLength(await (await fetch(url)).text());
  return { discovery: await size(urls.discovery), jwks: await size(urls.jwks) };
};

/** A running server with Hydra's API, whose process is on this machine. */
const givenHydra = async () => {
  const { BENCH_HYDRA_PUBLIC: publicUrl, BENCH_HYDRA_ADMIN: adminUrl, BENCH_HYDRA_PID: pid } = process.env;
  if (!(publicUrl && adminUrl && pid)) return [];
  const attached = await attachHydra({ name: 'Hydra', publicUrl, adminUrl, pid: Number(pid) });
  const operations = protocol.filter((name) => !/ES256|JWT/.test(name));
  return [{ ...attached, forOperation: () => attached, operations, databasePid: null }];
};

const bareFastify = async (model) => {
  if (!model || !wantedServer('bare Fastify')) return [];
  const { url } = await database.createDatabase();
  const bare = await startBareFastify({ postgresUrl: url, sizes: await sizesOf(model) });
  const operations = ['discovery', 'JWKS', 'one insert'];
  return [{ ...bare, forOperation: () => bare, operations, databasePid: database.pid }];
};

const measureThroughput = async () => {
  const running = [];
  for (const [name, start] of Object.entries(servers.all).filter(([name]) => wantedServer(name))) {
    const databasePid = name.includes('Postgres') ? database.pid : null;
    running.push({ ...(await start()), operations: protocol, databasePid });
    log(`${name} runs`);
  }
  running.push(...(await givenHydra()));
  running.push(...(await bareFastify(running.find(({ name }) => name.startsWith('Claviger')))));
  const operations = [...protocol, 'one insert'].filter(wantedOperation);
  const found = await throughput({ servers: running, operations, ...common });
  const signed = signatures({ rounds, seconds: pace.seconds / 3, log });
  for (const server of running) await server.stop();
  const names = running.map(({ name }) => name);
  writeChart(found, names);
  return [targetTable(found, signed), throughputTables(found, names), signatureTable(signed)].join('\n');
};

const of = (...names) => names.filter(wantedOperation);
const few = Math.min(rounds, 3);

const measurements = {
  throughput: measureThroughput,
  async latency() {
    const server = await servers.clavigerOnPostgres('Claviger, Postgres');
    const operations = of('client_credentials, opaque', 'introspection', 'refresh, ES256', 'code flow, ES256');
    const found = await latency({ ...common, server, operations, rounds: few });
    await server.stop();
    return found;
  },
  workers: () =>
    workers({
      ...common,
      operations: of('client_credentials, opaque', 'introspection', 'refresh, ES256'),
      start: (count) => servers.clavigerOnPostgres(`${count}`, { CLAVIGER_WORKERS: String(count) }),
    }),
  async growth() {
    const { url } = await database.createDatabase();
    const server = await servers.clavigerOnPostgres('Claviger, Postgres', {
      CLAVIGER_DSN: url,
      CLAVIGER_CLEANER_INTERVAL: '0s',
    });
    const found = await growth({ ...common, server, url, rows: pace.tokens, rounds: few });
    await server.stop();
    return found;
  },
  async memory() {
    const server = await servers.clavigerOnPostgres('Claviger, Postgres');
    const found = await memoryOverTime({ ...common, server });
    await server.stop();
    return found;
  },
  start: () =>
    starting({
      ...common,
      smoke: options.smoke,
      starters: Object.entries(servers.alone).filter(([name]) => wantedServer(name)),
      rounds: few,
    }),
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
  for (const [name, measure] of Object.entries(measurements)) if (sections.has(name)) text.push(await measure());
} finally {
  load.stop();
  await redis.stop();
  await database.stop();
}

const report = `${text.join('\n').trimEnd()}\n`;
console.log(report);
if (options.out) writeFileSync(options.out, report);
else if (!options.smoke) writeFileSync(new URL(options.quick ? 'quick.md' : 'full.md', results), report);

function writeChart(found, names) {
  if (options.out || options.smoke) return;
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(options.quick ? 'quick.svg' : 'full.svg', results), chart(found, names));
}
