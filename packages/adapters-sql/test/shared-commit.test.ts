// One commit for all writes to SQLite in one turn: which commands fail together, and when each resolves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import SqliteClient from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openSqliteStores } from '../src/index.ts';

const { fullClientToken, fullCode, fullFlow, fullGrant, fullToken, grantIdOf, hashOf, now } = fixtures;

const open = async (t: Test) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-shared-commit-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.db');
  const sql = await openSqliteStores({ file, busyTimeoutMs: 50 });
  await sql.migrate();
  return {
    ...sql,
    file,
    ids: async (...ids: string[]) => {
      const found = await Promise.all(ids.map((id) => sql.stores.flows.find(id, now)));
      return found.map((flow) => flow?.id);
    },
  };
};

const statuses = async (commands: readonly Promise<unknown>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(commands)).map(({ status }) => status);

t.test('a command that fails is rolled back completely, and no other command of the turn is', async (t) => {
  const { stores, close, ids } = await open(t);
  const bad = grantIdOf('bad');
  const twice = fullToken({ key: { grantId: bad, hash: hashOf('twice') } });
  const good = fullToken({ key: { grantId: grantIdOf('grant'), hash: hashOf('good') } });
  t.same(
    await statuses([
      stores.flows.create(fullFlow({ id: 'one' })),
      stores.tokens.createGrant(fullGrant({ id: bad }), { tokens: [twice, twice] }),
      stores.flows.create(fullFlow({ id: 'one' })),
      stores.tokens.createGrant(fullGrant(), { code: fullCode(), tokens: [good] }),
      stores.tokens.saveClientToken(fullClientToken({ key: { grantId: 'no id', hash: hashOf('h') } })),
      stores.flows.create(fullFlow({ id: 'two' })),
    ]),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  t.same(await ids('one', 'two'), ['one', 'two']);
  t.equal(await stores.tokens.findToken(twice.key, now), undefined);
  t.equal(await stores.tokens.revokeGrant(bad, now), false, 'the grant of the failed command was not saved');
  t.ok(await stores.tokens.findToken(good.key, now));
  await close();
});

t.test('commands of one turn see the changes of earlier ones', async (t) => {
  const { stores, close } = await open(t);
  const flow = fullFlow();
  const next = { ...flow, version: flow.version + 1 };
  const outcomes = await Promise.all([
    stores.flows.create(flow),
    stores.flows.replace(next, flow.version, now),
    stores.flows.replace(next, flow.version, now),
    stores.tokens.createGrant(fullGrant(), { code: fullCode() }),
    stores.tokens.redeemCode(fullCode().key, [], now),
    stores.tokens.redeemCode(fullCode().key, [], now),
  ]);
  t.same(outcomes, [undefined, 'replaced', 'stale', undefined, 'redeemed', 'replayed']);
  await close();
});

t.test('an answered command is in the file; closing the stores answers waiting commands first', async (t) => {
  const { stores, close, file } = await open(t);
  const asked = stores.flows.create(fullFlow({ id: 'last' }));
  await close();
  await asked;
  const reader = new SqliteClient(file, { readonly: true });
  t.same(reader.prepare('SELECT id FROM flows').pluck().all(), ['last']);
  reader.close();
  await t.rejects(stores.flows.create(fullFlow({ id: 'too late' })));
});

t.test('when another process writes for too long, all commands of a turn fail, and none takes effect', async (t) => {
  const { stores, close, file, ids } = await open(t);
  const other = new SqliteClient(file);
  other.exec('BEGIN IMMEDIATE');
  const asked = ['one', 'two'].map((id) => stores.flows.create(fullFlow({ id })));
  for (const one of asked) await t.rejects(one, StoreUnavailable);
  other.exec('ROLLBACK');
  other.close();
  t.same(await ids('one', 'two'), [undefined, undefined]);
  await stores.flows.create(fullFlow({ id: 'three' }));
  t.same(await ids('three'), ['three'], 'the next turn works');
  await close();
});
