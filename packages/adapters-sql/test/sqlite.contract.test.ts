// The whole contract on SQLite: in a file, in memory, and over two connections to one file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hashed, type Rotation, type Stores, seconds } from '@claviger/core';
import {
  auditStoreContract,
  type DeclareTest,
  fixtures,
  type Opened,
  runContract,
  runContracts,
} from '@claviger/core/contract';
import SqliteClient from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openSqliteStores, type SqlStores } from '../src/index.ts';
import { migrationFilesOf, migrationsIn } from '../src/migrations/migration-files.ts';
import { grantsOfRace, issuedInRace, startRacer } from './race.ts';

const newest = migrationsIn(migrationFilesOf('sqlite')).length;

const folder = mkdtempSync(join(tmpdir(), 'claviger-sqlite-'));
t.teardown(() => rmSync(folder, { recursive: true }));

let files = 0;
const freshFile = (): string => {
  files += 1;
  return join(folder, `${files}.sqlite`);
};

const openMigrated = async (file: string): Promise<SqlStores> => {
  const sql = await openSqliteStores({ file });
  await sql.migrate();
  return sql;
};

const opened = async (file: string): Promise<Opened<Stores>> => {
  const { stores, close } = await openMigrated(file);
  return { store: stores, close };
};

const within =
  (t: Test): DeclareTest =>
  (name, run) =>
    t.test(name, async (t) => {
      await run();
      t.pass('holds');
    });

t.test('an SQLite file passes the contract', (t) => runContracts(within(t), () => opened(freshFile())));
t.test('SQLite in memory passes the contract', (t) => runContracts(within(t), () => opened(':memory:')));

t.test('the audit table of an SQLite file keeps the contract', (t) =>
  runContract(
    within(t),
    async () => {
      const { audit, close } = await openMigrated(freshFile());
      return { store: audit, close };
    },
    auditStoreContract,
  ),
);

t.test('of two connections to one file, one redeems a code and one rotates a refresh token', async (t) => {
  const file = freshFile();
  const connections = await Promise.all([openMigrated(file), openMigrated(file)]);
  const [first] = connections;
  const { fullCode, fullGrant, fullToken, hashOf, now } = fixtures;
  await first.stores.tokens.createGrant(fullGrant(), { code: fullCode() });
  const refresh = fullToken({ kind: 'refresh' });

  const redeemed = await Promise.all(
    connections.map(({ stores }) => stores.tokens.redeemCode(fullCode().key, [refresh], now)),
  );
  t.same(redeemed.sort(), ['redeemed', 'replayed']);

  const id = fixtures.grantIdOf('second');
  const token = { ...refresh, key: { ...refresh.key, grantId: id } };
  await first.stores.tokens.createGrant(fullGrant({ id }), { tokens: [token] });
  const rotation = (hash: Hashed): Rotation => ({
    successors: [{ ...token, key: { grantId: id, hash } }],
    sealed: hash,
    grace: seconds(30),
  });
  const rotated = await Promise.all(
    connections.map(({ stores }, index) =>
      stores.tokens.rotateRefreshToken(token.key, rotation(hashOf(`${index}`)), now),
    ),
  );
  t.same(rotated.map(({ outcome }) => outcome).sort(), ['repeated', 'rotated']);
  await Promise.all(connections.map(({ close }) => close()));
});

t.test('two processes open one new file: one migrates it, and both race for every code and token', async (t) => {
  const file = freshFile();
  const racers = [startRacer(file), startRacer(file)];
  const ready = await Promise.all(racers.map((racer) => racer.next()));
  t.same(ready.map(({ applied }) => applied?.length).sort(), [0, newest], 'one process applied the migrations');

  const { stores, close } = await openMigrated(file);
  for (const grant of grantsOfRace) {
    const { code, refresh } = issuedInRace(grant.id);
    await stores.tokens.createGrant(grant, { code, tokens: [refresh] });
  }
  const results = racers.map((racer) => racer.next());
  for (const racer of racers) racer.go();
  const [one, other] = await Promise.all(results);
  for (const [index, grant] of grantsOfRace.entries()) {
    const pair = [one?.outcomes?.[index], other?.outcomes?.[index]].sort();
    t.match(String(pair), /^(redeemed,replayed|reused,rotated)$/, `exactly one winner of grant ${index}`);
    t.equal(await stores.tokens.revokeGrant(grant.id, fixtures.now), false, 'the grant is revoked');
  }
  await close();
});

t.test('a file keeps its rows after it is closed, and closed stores reject every command', async (t) => {
  const file = freshFile();
  const sql = await openMigrated(file);
  await sql.stores.clients.create(fixtures.fullClient());
  await sql.close();
  await t.rejects(sql.stores.clients.find('app'));
  const again = await openSqliteStores({ file });
  t.same(await again.migrate(), { applied: [], version: newest, sql: '' });
  t.same(await again.stores.clients.find('app'), fixtures.fullClient());
  await again.close();
});

t.test('a program without files may pass the migrations and the addon of the driver', async (t) => {
  const migrationFiles = {
    '0002_second.sql': '-- compatible_from: 1\nCREATE TABLE second (x INTEGER);',
    '0001_first.sql': '-- compatible_from: 1\nCREATE TABLE first (x INTEGER);',
  };
  const sql = await openSqliteStores({ file: ':memory:', migrationFiles });
  t.match(await sql.migrate(), { applied: ['0001_first', '0002_second'], version: 2 });
  t.match(await sql.schemaStatus(), { applied: ['0001_first', '0002_second'], pending: [], usable: true });
  await sql.close();
  await t.rejects(openSqliteStores({ file: ':memory:', nativeBinding: {} }), 'only the passed addon is used');
});

t.test('rows of the previous release, which had no audience, are read as having none', async (t) => {
  const file = freshFile();
  const { stores, close } = await openMigrated(file);
  const { fullClient, fullClientToken, fullConsent, fullFlow, fullGrant, fullToken, now } = fixtures;
  await stores.clients.create(fullClient());
  await stores.flows.create(fullFlow());
  await stores.consents.remember(fullConsent());
  await stores.tokens.createGrant(fullGrant(), { tokens: [fullToken()] });
  await stores.tokens.saveClientToken(fullClientToken());
  const editor = new SqliteClient(file);
  editor.exec(`
    UPDATE clients SET metadata = json_remove(metadata, '$.audience', '$.applicationType', '$.registrationTokenHash');
    UPDATE flows SET data = json_remove(data, '$.request.audience', '$.consent.accepted.grantedAudience');
    UPDATE consents SET data = json_remove(data, '$.grantedAudience', '$.request.requestedAudience');
    UPDATE grants SET data = json_remove(data, '$.audience', '$.requestedAudience');
    UPDATE tokens SET audience = NULL;
  `);
  editor.close();
  const client = await stores.clients.find('app');
  t.match(client?.metadata, { audience: [], applicationType: null });
  t.notOk(client && 'registrationTokenHash' in client);
  t.same((await stores.clients.list({ limit: 1, offset: 0 }))[0]?.metadata.audience, []);
  const flow = await stores.flows.find('flow', now);
  t.same([flow?.request.audience, flow?.consent?.accepted?.grantedAudience], [[], []]);
  const [consent] = await stores.consents.findFor('app', 'zoe', now);
  t.same([consent?.grantedAudience, consent?.request.requestedAudience], [[], []]);
  t.same((await stores.consents.list('zoe', { limit: 1, offset: 0 }, now))[0]?.grantedAudience, []);
  const found = await stores.tokens.findToken(fullToken().key, now);
  t.match(found, { token: { audience: null }, grant: { audience: [], requestedAudience: [] } });
  t.match(await stores.tokens.findToken(fullClientToken().key, now), { token: { audience: [] } });
  await close();
});

t.test('a command that fails half way leaves nothing behind', async (t) => {
  const { stores, close } = await openMigrated(':memory:');
  const { fullCode, fullGrant, fullToken, now } = fixtures;
  await t.rejects(stores.tokens.createGrant(fullGrant(), { code: fullCode(), tokens: [fullToken(), fullToken()] }));
  t.equal(await stores.tokens.revokeGrant(fullGrant().id, now), false, 'the grant of the failed command was not saved');
  await stores.tokens.createGrant(fullGrant(), { code: fullCode() });
  await t.rejects(stores.tokens.redeemCode(fullCode().key, [fullToken(), fullToken()], now));
  t.equal((await stores.tokens.findCode(fullCode().key, now))?.used, false, 'the code was not used up');
  await close();
});

t.test('an id or hash that is not canonical is refused and never saved as another one', async (t) => {
  const { stores, close } = await openMigrated(':memory:');
  const { fullGrant, fullLoginSession } = fixtures;
  for (const id of ['short', `${'-'.repeat(21)}B`, 'x'.repeat(44), '']) {
    await t.rejects(stores.tokens.createGrant(fullGrant({ id }), {}), /CHECK/);
    await t.rejects(stores.loginSessions.save(fullLoginSession({ id: id as Hashed })), /CHECK/);
  }
  await close();
});

t.test('the sealed successors of a rotated token are deleted by the next rotation', async (t) => {
  const file = freshFile();
  const { stores, close } = await openMigrated(file);
  const { fullGrant, fullToken, grantIdOf, hashOf, later, now } = fixtures;
  const refresh = (label: string) =>
    fullToken({ key: { grantId: grantIdOf('grant'), hash: hashOf(label) }, kind: 'refresh' });
  await stores.tokens.createGrant(fullGrant(), { tokens: [refresh('r0')] });
  const rotate = (from: number, at: number) => {
    const rotation = { successors: [refresh(`r${from + 1}`)], sealed: `sealed ${from}`, grace: seconds(30) };
    return stores.tokens.rotateRefreshToken(refresh(`r${from}`).key, rotation, later(at));
  };
  const client = new SqliteClient(file, { readonly: true });
  const sealed = () =>
    client.prepare('SELECT sealed FROM tokens WHERE sealed IS NOT NULL ORDER BY sealed').pluck().all();
  await rotate(0, 0);
  await rotate(1, 29);
  t.same(sealed(), ['sealed 1']);
  await rotate(2, 30);
  t.same(sealed(), ['sealed 2']);
  t.equal((await stores.tokens.findToken(refresh('r0').key, now))?.owner, 'grant', 'the rotated token itself stays');
  t.equal((await rotate(0, 31)).outcome, 'reused');
  client.close();
  await close();
});
