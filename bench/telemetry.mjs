// What logs, metrics, the audit table and traces cost: one server for each, in turns, on Postgres. Each figure is the ratio of
// operations per CPU second to those of the server that has all of it off.
// node bench/telemetry.mjs [rounds] [seconds of a round]
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoad } from './lib/measure.mjs';
import { startPostgresServer } from './lib/stores.mjs';
import { inTurns, ratioToFirst } from './lib/turns.mjs';
import { startClaviger } from './targets/hydra-api.mjs';

const [rounds = 20, seconds = 1] = process.argv.slice(2).map(Number);
const operations = ['client_credentials, opaque', 'introspection', 'refresh, RS256', 'code flow, RS256'];

const folder = mkdtempSync(join(tmpdir(), 'claviger-telemetry-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Takes spans and forgets them. */
const collector = createServer((request, response) => {
  request.resume().on('end', () => response.end());
});
await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));

const off = { CLAVIGER_METRICS: 'false', CLAVIGER_AUDIT_TABLE: 'false', CLAVIGER_LOG_LEVEL: 'warn' };
const traced = (ratio) => ({
  ...off,
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.address().port}`,
  OTEL_TRACES_SAMPLER: 'traceidratio',
  OTEL_TRACES_SAMPLER_ARG: String(ratio),
});
const variants = {
  off,
  metrics: { ...off, CLAVIGER_METRICS: 'true' },
  'audit table': { ...off, CLAVIGER_AUDIT_TABLE: 'true' },
  'log level info': { ...off, CLAVIGER_LOG_LEVEL: 'info' },
  'traces, 1 %': traced(0.01),
  'traces, 10 %': traced(0.1),
  'traces, all': traced(1),
  'metrics, audit table and log': { CLAVIGER_LOG_LEVEL: 'info' },
};

const database = await startPostgresServer();
const load = startLoad();
const servers = [];
for (const [name, settings] of Object.entries(variants)) {
  const env = { ...settings, CLAVIGER_DSN: (await database.createDatabase()).url };
  servers.push(await startClaviger({ name, env, dataFolder: join(folder, name) }));
}

console.log(`| | ${operations.join(' | ')} |`);
console.log(`| --- |${' ---: |'.repeat(operations.length)}`);
const cells = servers.map(() => []);
for (const operation of operations) {
  const rates = await inTurns({ servers, operation, rounds, seconds, load });
  for (const [place, row] of cells.entries()) row.push(ratioToFirst(rates, place));
}
for (const [place, { name }] of servers.entries()) console.log(`| ${name} | ${cells[place].join(' | ')} |`);

load.stop();
for (const server of servers) await server.stop();
await database.stop();
collector.close();
