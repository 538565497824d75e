// What a key of the admin API costs: the check alone, and an introspection on the admin listener with a server without a guard
// and one server for each kind of key, in turns, on Postgres.
// node bench/admin-keys.mjs [rounds] [seconds of a round]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminScopes, createProvider } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { median } from './lib/figures.mjs';
import { startLoad } from './lib/measure.mjs';
import { startPostgresServer } from './lib/stores.mjs';
import { inTurns, ratioToFirst } from './lib/turns.mjs';
import { startClaviger } from './targets/hydra-api.mjs';

const [rounds = 20, seconds = 1] = process.argv.slice(2).map(Number);
const firstKey = 'first-key-of-the-measurement-Zk3Wq9';
const variants = { 'no guard': {}, 'first key': { firstKey }, 'stored key': { firstKey, usesStoredKey: true } };

/** Microseconds of CPU for one check. The fastest round has the least of other processes in it. */
const checkAlone = async () => {
  const provider = createProvider({
    issuer: 'http://127.0.0.1:4444/',
    stores: memoryStores(),
    system: nodeSystem({ systemSecret: 'a system secret of the measurement', previousSecrets: [], processes: 1 }),
    ui: { loginUrl: 'http://127.0.0.1:1/login', consentUrl: 'http://127.0.0.1:1/consent' },
    settings: { firstAdminKeys: [firstKey] },
    reportFailure: (cause) => console.error(cause),
  });
  const stored = await provider.admin.createAdminKey({
    name: 'measurement',
    scopes: ['introspect'],
    expiresAt: null,
    granting: new Set(adminScopes),
  });
  const checks = 5000;
  for (const [name, key] of Object.entries({ 'first key': firstKey, 'stored key': stored.text })) {
    const found = [];
    for (let round = 0; round < 60; round += 1) {
      const before = process.cpuUsage();
      // Only one check in a second waits for the store.
      for (let check = 0; check < checks; check += 1) {
        const caller = provider.authenticateAdmin(key, { address: '127.0.0.1' });
        if (caller instanceof Promise) await caller;
      }
      const { user, system } = process.cpuUsage(before);
      found.push((user + system) / checks);
    }
    console.log(`${name}, the check alone: ${Math.min(...found).toFixed(1)} µs, median ${median(found).toFixed(1)} µs`);
  }
};

await checkAlone();
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
