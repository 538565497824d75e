// What logs, metrics, the audit table and traces cost: one server for each, in turns, on Postgres. Each figure is the ratio of
// operations per CPU second to those of the server that has all of it off.
// node bench/telemetry.mjs [rounds] [seconds of a round]
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoad } from './lib/measure.mjs';
import { startPostgresServer } from './lib/stores.mjs';
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

/** Of the rounds' ratios to the first server: the median, and the quartiles. */
const cellOf = (rates, server) => {
  const ratios = rates.map((round) => round[server] / round[0]).toSorted((one, other) => one - other);
  const [low, middle, high] = [1, 2, 3].map((quarter) => ratios[(ratios.length * quarter) >> 2].toFixed(2));
  return server === 0 ? '1' : `${middle} (${low} to ${high})`;
};

console.log(`| | ${operations.join(' | ')} |`);
console.log(`| --- |${' ---: |'.repeat(operations.length)}`);
const cells = servers.map(() => []);
for (const operation of operations) {
  const rates = [];
  for (const server of servers) await load.measure(server, { operation, warmUp: 2, seconds: 0.5 });
  for (let round = 0; round < rounds; round += 1) {
    const rate = [];
    for (let turn = 0; turn < servers.length; turn += 1) {
      const place = (turn + round) % servers.length;
      const measured = await load.measure(servers[place], { operation, warmUp: 0.1, seconds });
      rate[place] = measured.perCpuSecond;
    }
    rates.push(rate);
  }
  for (const [place, row] of cells.entries()) row.push(cellOf(rates, place));
}
for (const [place, { name }] of servers.entries()) console.log(`| ${name} | ${cells[place].join(' | ')} |`);

load.stop();
for (const server of servers) await server.stop();
await database.stop();
collector.close();
