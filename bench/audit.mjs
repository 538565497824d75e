// Writes events to the audit table of an SQLite file, then changes, removes, swaps and adds one, cuts off the end, and
// verifies after each step: node bench/audit.mjs [events, default 1000000]
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openSqliteStores } from '@claviger/adapters-sql';
import { AuditWriter, makeVerifyChains, makeWriteCheckpoint } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';

const total = Number(process.argv[2] ?? '1000000');
if (!Number.isSafeInteger(total) || total < 100) throw new Error('The number of events must be at least 100.');

const Sqlite = createRequire(fileURLToPath(new URL('../packages/adapters-sql/package.json', import.meta.url)))(
  'better-sqlite3',
);
const folder = mkdtempSync(join(tmpdir(), 'claviger-audit-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'audit.db');
const { audit: store, migrate, close } = await openSqliteStores({ file });
await migrate();
const system = nodeSystem({ systemSecret: 'a system secret for measurements' });

/** The work's result, after printing its time and the highest memory of the process so far. */
const measured = async (name, work) => {
  const start = performance.now();
  const result = await work();
  const time = ((performance.now() - start) / 1000).toFixed(1);
  const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(`${name}: ${time} s, at most ${memory} MiB so far`);
  return result;
};

const writer = new AuditWriter({
  store,
  system,
  collectMs: 0,
  onFailure: (error) => {
    throw error;
  },
});
await measured(`write ${total} events`, async () => {
  for (let index = 0; index < total; index += 1) {
    const data = JSON.stringify({ id: `bench-${index}`, outcome: 'done', address: '127.0.0.1' });
    writer.add({ time: Date.now(), type: 'OAuth2ClientCreated', clientId: `client-${index}`, subject: null, data });
    while (writer.waiting >= 5000) await sleep(1);
  }
  await writer.close();
});
const { checkpoint } = await makeWriteCheckpoint({ store, system })(0);

const verify = makeVerifyChains({ store, mac: system.mac });

const client = new Sqlite(file);
client.exec('CREATE TEMP TABLE kept (chain, sequence, time, type, client_id, subject, data, key_id, previous, mac)');
const columns = 'chain, sequence, time, type, client_id, subject, data, key_id, previous, mac';
const middle = Math.floor(total / 2);
const last = client.prepare('SELECT max(sequence) AS sequence FROM audit_events').get().sequence;
const swap = `
  UPDATE audit_events SET sequence = ${last + 9} WHERE sequence = ${middle};
  UPDATE audit_events SET sequence = ${middle} WHERE sequence = ${middle + 7};
  UPDATE audit_events SET sequence = ${middle + 7} WHERE sequence = ${last + 9}`;
const keep = (where) => `DELETE FROM kept; INSERT INTO kept SELECT ${columns} FROM audit_events WHERE ${where};`;
const restore = `INSERT INTO audit_events (${columns}) SELECT ${columns} FROM kept`;
const steps = [
  ['nothing', '', '', []],
  [
    'one event changed',
    `${keep(`sequence = ${middle}`)} UPDATE audit_events SET client_id = 'x' WHERE sequence = ${middle}`,
    `DELETE FROM audit_events WHERE sequence = ${middle}; ${restore}`,
    [`not-genuine ${middle}-${middle}`],
  ],
  [
    'one event removed',
    `${keep(`sequence = ${middle}`)} DELETE FROM audit_events WHERE sequence = ${middle}`,
    restore,
    [`removed ${middle}-${middle}`],
  ],
  ['two events swapped', swap, swap, [`not-genuine ${middle}-${middle}`, `not-genuine ${middle + 7}-${middle + 7}`]],
  [
    'one event added',
    `INSERT INTO audit_events (${columns})
     SELECT chain, sequence + 1, time, type, client_id, subject, data, key_id, mac, mac FROM audit_events
     WHERE sequence = ${last}`,
    `DELETE FROM audit_events WHERE sequence = ${last + 1}`,
    [`not-genuine ${last + 1}-${last + 1}`],
  ],
  [
    'the last ten events cut off',
    `${keep(`sequence > ${last - 10}`)} DELETE FROM audit_events WHERE sequence > ${last - 10}`,
    restore,
    [`cut-off ${last - 9}-${last}`],
  ],
];
for (const [name, tamper, repair, expected] of steps) {
  client.exec(tamper);
  const faults = await measured(`verify with ${name}`, async () => {
    const found = [];
    for await (const { kind, from, to } of verify(checkpoint)) found.push(`${kind} ${from}-${to}`);
    return found;
  });
  if (JSON.stringify(faults) !== JSON.stringify(expected)) {
    console.error(`  found ${JSON.stringify(faults)} instead of ${JSON.stringify(expected)}`);
    process.exitCode = 1;
  } else if (faults.length > 0) console.log(`  found: ${faults.join(', ')}`);
  client.exec(repair);
}
client.close();
await close();
