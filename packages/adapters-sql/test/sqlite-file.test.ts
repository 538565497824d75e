// What can happen to an SQLite file while the stores have it open: another process locks it, or it is deleted or replaced.
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import SqliteClient from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openSqliteStores } from '../src/index.ts';

const { fullClient, fullFlow, now } = fixtures;

const open = async (t: Test, busyTimeoutMs = 60_000) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-sqlite-file-'));
  const file = join(folder, 'test.sqlite');
  const sql = await openSqliteStores({ file, busyTimeoutMs });
  await sql.migrate();
  t.teardown(async () => {
    await sql.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...sql, file };
};

/** Another connection of this thread. If the stores waited inside SQLite, it could never release its lock. */
const locked = (t: Test, file: string) => {
  const other = new SqliteClient(file);
  other.exec('BEGIN IMMEDIATE');
  t.teardown(() => other.close());
  return other;
};

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await sleep(1);
};

t.test('while another process writes, commands wait and the event loop keeps running', async (t) => {
  const { stores, migrate, file } = await open(t);
  const other = locked(t, file);
  const order: string[] = [];
  const note = async (name: string, command: Promise<unknown>): Promise<void> => {
    await command;
    order.push(name);
  };
  const first = note('first', stores.flows.create(fullFlow({ id: 'first' })));
  await turns(50);
  const second = note('second', stores.clients.create(fullClient()));
  const migrated = migrate();
  await turns(50);
  t.same(order, [], 'nothing is acknowledged');
  t.equal(await stores.clients.find('app'), undefined, 'reading still works');
  other.exec('COMMIT');
  await Promise.all([first, second, migrated]);
  t.same(order, ['first', 'second']);
  t.ok(await stores.flows.find('first', now));
});

t.test('commands that waited too long are refused, and later ones succeed', async (t) => {
  const { stores, file } = await open(t, 100);
  const other = locked(t, file);
  await t.rejects(stores.clients.create(fullClient()), StoreUnavailable);
  const late = stores.clients.create(fullClient());
  other.exec('COMMIT');
  t.equal(await late, 'created');
});

t.test('stores can be opened and closed while another process writes', async (t) => {
  const { file } = await open(t);
  const other = locked(t, file);
  const { stores, close } = await openSqliteStores({ file, busyTimeoutMs: 60_000 });
  const created = stores.clients.create(fullClient());
  const closed = close();
  await turns(20);
  other.exec('COMMIT');
  await closed;
  t.equal(await created, 'created');
});

const refusal = (message: RegExp) => ({ name: 'StoreUnavailable', cause: { message } });

/** The result of a check of the file is cached for a moment. */
const untilRefused = async (command: () => Promise<unknown>): Promise<unknown> => {
  for (;;) {
    const error = await command().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error !== undefined) return error;
    await sleep(20);
  }
};

t.test('a file that is moved away: nothing is acknowledged until it is back', async (t) => {
  const { stores, file } = await open(t);
  await stores.clients.create(fullClient());
  renameSync(file, `${file}.away`);
  await t.rejects(stores.flows.create(fullFlow()), refusal(/deleted or moved/));
  t.match(await untilRefused(() => stores.clients.find('app')), refusal(/deleted or moved/));
  renameSync(`${file}.away`, file);
  await stores.flows.create(fullFlow({ id: 'later' }));
  t.same(await stores.clients.find('app'), fullClient());
});

t.test('a file that is deleted', async (t) => {
  const { stores, file } = await open(t);
  rmSync(file);
  await t.rejects(stores.flows.create(fullFlow()), refusal(/deleted or moved/));
});

t.test('a file that is replaced by a copy', async (t) => {
  const { stores, file } = await open(t);
  copyFileSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
  await t.rejects(stores.flows.create(fullFlow()), refusal(/replaced.*Restart/));
});

t.test('a database in memory has no file', async (t) => {
  const { stores, migrate, close } = await openSqliteStores({ file: ':memory:' });
  await migrate();
  t.equal(await stores.clients.create(fullClient()), 'created');
  await close();
});
