// What a key of the admin API costs an introspection on the admin listener: a server without a guard, and one server for each
// kind of key, in turns, on Postgres.
// node bench/admin-keys.mjs [rounds] [seconds of a round]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoad } from './lib/measure.mjs';
import { startPostgresServer } from './lib/stores.mjs';
import { inTurns, ratioToFirst } from './lib/turns.mjs';
import { startClaviger } from './targets/hydra-api.mjs';

const [rounds = 20, seconds = 1] = process.argv.slice(2).map(Number);
const firstKey = 'first-key-of-the-measurement-Zk3Wq9';
const variants = { 'no guard': {}, 'first key': { firstKey }, 'stored key': { firstKey, usesStoredKey: true } };

const folder = mkdtempSync(join(tmpdir(), 'claviger-admin-keys-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const database = await startPostgresServer();
const load = startLoad();
const servers = [];
for (const [name, more] of Object.entries(variants)) {
  const env = { CLAVIGER_DSN: (await database.createDatabase()).url };
  servers.push(await startClaviger({ name, env, dataFolder: join(folder, name), ...more }));
}

const rates = await inTurns({ servers, operation: 'introspection', rounds, seconds, load });
console.log('| | introspection |\n| --- | ---: |');
for (const [place, { name }] of servers.entries()) console.log(`| ${name} | ${ratioToFirst(rates, place)} |`);

load.stop();
for (const server of servers) await server.stop();
await database.stop();
