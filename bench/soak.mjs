// Issues tokens that live for seconds, at a steady rate, while the cleaner runs, and records the size of the store
// during that time: node bench/soak.mjs sqlite|postgres|redis [tokens, default 300000] [per second, default 1500]
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedisStores } from '@claviger/adapters-redis';
import { askRedis, startRedisProcess } from '@claviger/adapters-redis/testing';
import { openPostgresStores, openSqliteStores } from '@claviger/adapters-sql';
import { startOwnPostgres } from '@claviger/adapters-sql/testing';
import { createProvider, emptyClientMetadata, seconds } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import postgres from 'postgres';

const [kind = '', tokens = '300000', rate = '1500'] = process.argv.slice(2);
const total = Number(tokens);
const perSecond = Number(rate);
const lifespan = 10;
const atOnce = 32;

const mebibytes = (bytes) => (bytes / 1024 / 1024).toFixed(1);

/** Each gives stores, what is measured of them, and how they end. */
const kinds = {
  async sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'claviger-soak-'));
    const file = join(folder, 'soak.db');
    const { stores, migrate, close } = await openSqliteStores({ file });
    await migrate();
    const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return {
      stores,
      unit: 'file and WAL, MiB',
      measure: async () => mebibytes(sizeOf(file) + sizeOf(`${file}-wal`)),
      async end() {
        await close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  async postgres() {
    const server = await startOwnPostgres();
    const { url } = await server.createDatabase();
    const watching = postgres(url, { max: 1 });
    const { stores, migrate, close } = await openPostgresStores({ url });
    await migrate();
    return {
      stores,
      unit: 'tokens table with indexes, MiB',
      async measure() {
        const [row] = await watching`SELECT pg_total_relation_size('tokens') AS size`;
        return mebibytes(Number(row.size));
      },
      async end() {
        await watching.end();
        await close();
        await server.stop();
      },
    };
  },
  async redis() {
    const server = await startRedisProcess([]);
    const { stores, close } = await openRedisStores({ url: `redis://127.0.0.1:${server.port}` });
    return {
      stores,
      unit: 'used memory, MiB',
      async measure() {
        const info = await askRedis(server.port, 'INFO', 'memory');
        return mebibytes(Number(/used_memory:(\d+)/.exec(String(info))?.[1]));
      },
      async end() {
        await close();
        await server.stop();
      },
    };
  },
};

if (!Object.hasOwn(kinds, kind)) {
  console.error('Say which store: sqlite, postgres or redis.');
  process.exit(2);
}
const store = await kinds[kind]();

const provider = createProvider({
  issuer: 'http://127.0.0.1:4444/',
  stores: store.stores,
  system: nodeSystem({ systemSecret: 'a system secret for measurements' }),
  ui: { loginUrl: '', consentUrl: '', errorUrl: null, logoutRedirectUrl: '' },
  settings: { accessTokenLifespan: seconds(lifespan) },
});
const client = await provider.admin.createClient({
  id: 'soak',
  secret: '',
  metadata: { ...emptyClientMetadata, grantTypes: ['client_credentials'], scope: 'a' },
});
const headers = { authorization: `Basic ${btoa(`soak:${client.secret}`)}` };

const issue = async () => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'a' });
  const reply = await provider.endpoints.token({ method: 'POST', url: '/', header: (name) => headers[name], form });
  if (reply.status !== 200) throw new Error(reply.body);
};

let issued = 0;
let removed = 0;
let ended = false;

const clean = async () => {
  for (;;) {
    const result = await provider.admin.cleanExpired({ limit: 500, holder: 'soak' });
    removed += result.tokens;
    if (result.tokens < 500) {
      if (ended) return;
      await sleep(1000);
    }
  }
};

const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
const rows = [];
const sample = async () => {
  rows.push([elapsed().toFixed(0), issued, removed, await store.measure()]);
};
const sampling = setInterval(() => sample().catch(console.error), Math.max(1000, (total / perSecond / 20) * 1000));

const worker = async () => {
  while (issued < total) {
    // Behind the rate: continue immediately. Ahead of it: pause.
    if (issued > elapsed() * perSecond) await sleep(5);
    else {
      issued += 1;
      await issue();
      // A driver that never waits for anything would leave no turn to the cleaner and the clock.
      await new Promise(setImmediate);
    }
  }
};

const cleaning = clean();
await sample();
await Promise.all(Array.from({ length: atOnce }, worker));
await sleep((lifespan + 3) * 1000);
await sample();
ended = true;
await cleaning;
clearInterval(sampling);
await store.end();

const table = [
  `## ${kind}: ${total} tokens that live ${lifespan} s, ${perSecond} a second`,
  '',
  `| seconds | issued | removed by the cleaner | ${store.unit} |`,
  '| ---: | ---: | ---: | ---: |',
  ...rows.map((row) => `| ${row.join(' | ')} |`),
  '',
].join('\n');
console.log(table);
writeFileSync(new URL(`results/soak-${kind}.md`, import.meta.url), table);
