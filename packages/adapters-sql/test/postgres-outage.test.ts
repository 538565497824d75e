// While Postgres is unavailable, commands reject with StoreUnavailable within their time limits and nothing crashes. Later,
// acknowledged changes are there, and the same stores work again. Also: SQLite while another process writes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable, type TokenKey, type TokenStore } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import SqliteClient from 'better-sqlite3';
import postgres from 'postgres';
import t from 'tap';
import { openPostgresStores, openSqliteStores } from '../src/index.ts';
import { startOwnPostgres } from '../src/testing/index.ts';
import { startHangingProxy } from './support/hanging-proxy.ts';

const { fullClient, fullGrant, fullToken, grantIdOf, hashOf, now } = fixtures;

const server = await startOwnPostgres();
t.teardown(() => server.stop());

/** How long the command took to reject with StoreUnavailable. Fails if it does not. */
const refusedAfter = async (command: Promise<unknown>): Promise<number> => {
  const start = Date.now();
  const error = await command.then(
    () => new Error('The command was carried out.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StoreUnavailable)) throw error;
  return Date.now() - start;
};

interface Load {
  readonly acknowledged: TokenKey[];
  refused: number;
  slowest: number;
  stopped: boolean;
}

const issueTokens = async (tokens: TokenStore, worker: number, load: Load): Promise<void> => {
  for (let count = 0; !load.stopped; count += 1) {
    const grant = fullGrant({ id: grantIdOf(`g${worker}-${count}`) });
    const key = { grantId: grant.id, hash: hashOf('access') };
    const start = Date.now();
    try {
      await tokens.createGrant(grant, { tokens: [fullToken({ key })] });
      load.acknowledged.push(key);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      load.refused += 1;
    }
    load.slowest = Math.max(load.slowest, Date.now() - start);
    await sleep(2);
  }
};

t.test('a server that is killed and started again under load', async (t) => {
  const database = await server.createDatabase();
  const limits = { connectTimeoutMs: 1000, statementTimeoutMs: 2000 };
  const { stores, migrate, schemaStatus, close } = await openPostgresStores({ url: database.url, ...limits });
  await migrate();
  const load: Load = { acknowledged: [], refused: 0, slowest: 0, stopped: false };
  const workers = Array.from({ length: 8 }, (_, index) => issueTokens(stores.tokens, index, load));
  await sleep(400);
  const before = load.acknowledged.length;
  await server.kill();
  await sleep(600);
  const refusedWhileAway = load.refused;
  t.ok(refusedWhileAway > 8, `while it is unavailable commands are refused (${refusedWhileAway})`);
  await t.rejects(schemaStatus(), StoreUnavailable);
  await t.rejects(migrate(), StoreUnavailable);
  await server.restart();
  await sleep(400);
  const acknowledgedAt = load.acknowledged.length;
  await sleep(400);
  load.stopped = true;
  await Promise.all(workers);
  const after = load.acknowledged.length;
  t.ok(before > 0 && after > acknowledgedAt, `tokens are issued before (${before}) and again afterwards (${after})`);
  t.ok(load.slowest < 3500, `no command takes longer than its time limits (${load.slowest} ms)`);
  for (const key of load.acknowledged) {
    if (!(await stores.tokens.findToken(key, now))) t.fail(`${key.grantId} was acknowledged and is lost`);
  }
  t.pass('every acknowledged token is found');
  await close();
});

t.test('a network that drops everything: existing connections, new ones, and recovery', async (t) => {
  const database = await server.createDatabase();
  const proxy = await startHangingProxy(Number(new URL(server.url).port));
  const url = new URL(database.url);
  url.port = `${proxy.port}`;
  const limits = { connectTimeoutMs: 300, statementTimeoutMs: 400, poolSize: 2 };
  const { stores, migrate, close } = await openPostgresStores({ url: url.href, ...limits });
  await migrate();
  await stores.clients.create(fullClient());
  proxy.hang();
  const find = () => refusedAfter(stores.clients.find('app'));
  const [first, second, third] = await Promise.all([find(), find(), find()]);
  t.ok(Math.max(first, second) < 1700, `an earlier connection is given up (${first} and ${second} ms)`);
  t.ok(third < 700, `who finds the pool exhausted waits no longer than for a connection (${third} ms)`);
  const again = await find();
  t.ok(again < 1000, `a new connection is given up (${again} ms)`);
  proxy.heal();
  t.same(await stores.clients.find('app'), fullClient(), 'everything works again afterwards');
  proxy.close();
  await close();
});

t.test(
  'if all connections of a pool wait for a lock, commands are refused in time and work again afterwards',
  async (t) => {
    const database = await server.createDatabase();
    const limits = { connectTimeoutMs: 200, statementTimeoutMs: 300, poolSize: 2 };
    const { stores, migrate, close } = await openPostgresStores({ url: database.url, ...limits });
    await migrate();
    const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
    await admin.unsafe('BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE');
    const waits = await Promise.all(Array.from({ length: 8 }, () => refusedAfter(stores.clients.find('app'))));
    t.ok(Math.max(...waits) < 1300, `refused after ${waits.join(', ')} ms`);
    t.same(await stores.leases.removeExpired(now, 10), 0, 'other tables answer');
    await admin.unsafe('ROLLBACK');
    t.equal(await stores.clients.find('app'), undefined);
    await admin.end();
    await close();
    await refusedAfter(stores.clients.find('app'));
    t.pass('closed stores refuse every command');
  },
);

t.test('a server that is down or refuses logins is unavailable; the stores open without it', async (t) => {
  for (const url of ['postgres://nobody@127.0.0.1:1/db', 'postgres://x:hunter2@claviger.invalid/db?sslmode=disable']) {
    const { stores, close } = await openPostgresStores({ url, connectTimeoutMs: 500 });
    await t.rejects(stores.clients.find('app'), {
      name: 'StoreUnavailable',
      message: 'The postgres store does not answer.',
    });
    await close();
  }
  const wrong = new URL(server.url);
  wrong.pathname = '/there_is_no_such_database';
  const { migrate, close } = await openPostgresStores({ url: wrong.href });
  await t.rejects(migrate(), StoreUnavailable);
  await close();
});

t.test('a read-only server is unavailable until a connection reaches a server that accepts writes', async (t) => {
  const database = await server.createDatabase();
  const { stores, migrate, close } = await openPostgresStores({ url: database.url, poolSize: 1 });
  await migrate();
  t.equal(await stores.clients.remove('app'), false);
  const admin = postgres(database.url, { max: 1 });
  const readOnly = async (value: 'on' | 'off') => {
    await admin.unsafe(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await admin`SELECT pg_reload_conf()`;
    await sleep(200);
  };
  await readOnly('on');
  await refusedAfter(stores.clients.create(fullClient()));
  await readOnly('off');
  t.equal(await stores.clients.create(fullClient()), 'created');
  await admin.end();
  await close();
});

t.test('a store that lacks a right, table, column or schema is unavailable until it has it', async (t) => {
  const database = await server.createDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`CREATE ROLE limited_${name} LOGIN`);
  const opened = await openPostgresStores({ url: database.url });
  await opened.migrate();
  await admin.unsafe(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO limited_${name}`);
  const url = new URL(database.url);
  url.username = `limited_${name}`;
  const { stores, close } = await openPostgresStores({ url: url.href, poolSize: 1 });
  t.equal(await stores.clients.create(fullClient()), 'created');
  const faults = [
    [
      `REVOKE ALL ON clients FROM limited_${name}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON clients TO limited_${name}`,
    ],
    ['ALTER TABLE clients RENAME TO hidden', 'ALTER TABLE hidden RENAME TO clients'],
    ['ALTER TABLE clients RENAME COLUMN metadata TO hidden', 'ALTER TABLE clients RENAME COLUMN hidden TO metadata'],
    ['ALTER SCHEMA public RENAME TO hidden', 'ALTER SCHEMA hidden RENAME TO public'],
  ] as const;
  for (const [fault, cure] of faults) {
    await admin.unsafe(fault);
    await refusedAfter(stores.clients.find('app'));
    await admin.unsafe(cure);
    t.same(await stores.clients.find('app'), fullClient(), `works again after ${fault}`);
  }
  const other = postgres(server.url, { max: 1 });
  await other.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await other`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name} AND pid <> pg_backend_pid()`;
  await refusedAfter(stores.clients.find('app'));
  await refusedAfter(stores.clients.find('app'));
  await other.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  t.same(await stores.clients.find('app'), fullClient(), 'works again when the database accepts connections');
  await other.end();
  await Promise.all([close(), opened.close(), admin.end()]);
});

t.test('an SQLite file that another process writes for longer than the busy timeout is unavailable', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-busy-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'busy.sqlite');
  const { stores, migrate, close } = await openSqliteStores({ file, busyTimeoutMs: 50 });
  await migrate();
  const other = new SqliteClient(file);
  other.exec('BEGIN IMMEDIATE');
  await refusedAfter(stores.clients.create(fullClient()));
  await refusedAfter(stores.tokens.createGrant(fullGrant(), {}));
  await refusedAfter(migrate());
  t.equal(await stores.clients.find('app'), undefined, 'reading still works');
  other.exec('ROLLBACK');
  t.equal(await stores.clients.create(fullClient()), 'created');
  other.close();
  await close();
});
