// The audit log as an operator uses it: events in the log and the admin API, checkpoints, and verification after tampering.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@claviger/adapters-sql/testing';
import t, { type Test } from 'tap';
import { withEventsTable } from '../src/audit/audit-events-table.ts';
import { runServer, startServer, temporaryFolder } from './support/start-server.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

t.test('docs/audit.md lists every type of event', async (t) => {
  const page = readFileSync(join(root, 'docs/audit.md'), 'utf8');
  t.equal(page, withEventsTable(page), 'otherwise: npm run pages');
});

/** The drivers of the adapter, by which somebody else gets at the databases. */
const driver = createRequire(join(root, 'packages/adapters-sql/package.json'));

type Run = (sql: string) => Promise<unknown>;

interface Listed {
  readonly events: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[];
  readonly next_page_token?: string;
}

const secret = 'a system secret of the audit test';

/** A server that has recorded some events and stopped, its settings, and an exported checkpoint. */
const recorded = async (t: Test, dsn: string, folder: string) => {
  const settings = { CLAVIGER_DSN: dsn, CLAVIGER_SYSTEM_SECRET: secret, CLAVIGER_AUTO_MIGRATE: 'true' };
  const server = await startServer(t, { settings, dataFolder: folder });
  const admin = (path: string, init: RequestInit = {}) => fetch(`${server.adminUrl}${path}`, init);
  for (let index = 0; index < 20; index += 1) {
    const body = JSON.stringify({ client_id: `client-${index}`, grant_types: ['client_credentials'] });
    await admin('/clients', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  const list = async (query: string) => (await (await admin(`/admin/audit/events?${query}`)).json()) as Listed;
  let created: Listed = { events: [] };
  while (created.events.length < 20) created = await list('type=OAuth2ClientCreated');
  const page = await list('type=OAuth2ClientCreated&page_size=15');
  t.equal(page.events.length, 15);
  const rest = await list(`type=OAuth2ClientCreated&page_size=15&page_token=${page.next_page_token}`);
  t.equal(rest.events.length, 5);
  t.notOk(rest.next_page_token);
  t.match((await list('client_id=client-7')).events, [{ type: 'OAuth2ClientCreated', client_id: 'client-7' }]);
  t.match(created.events[0], { outcome: 'done', request_id: /./, address: '127.0.0.1', sequence: Number });
  t.equal((await admin('/admin/audit/events?since=yesterday')).status, 400);
  t.equal((await admin('/admin/audit/events?page_token=x')).status, 400);
  await server.stop();
  const command = async (...words: string[]) => {
    const run = runServer(t, { ...settings, CLAVIGER_DATA_DIR: folder }, ['audit', ...words]);
    const { code } = await run.exited;
    return { code, output: run.output() };
  };
  const exported = await command('checkpoint');
  t.equal(exported.code, 0, exported.output);
  const file = join(folder, 'checkpoint.json');
  writeFileSync(file, exported.output.slice(exported.output.indexOf('{"number"')));
  const verify = () => command('verify', '--checkpoint', file);
  return { verify, log: server.output() };
};

const findsTampering = async (t: Test, run: Run, { verify }: Awaited<ReturnType<typeof recorded>>): Promise<void> => {
  const sound = await verify();
  t.equal(sound.code, 0, sound.output);
  t.match(sound.output, /[0-9]+ events in 1 chains, 0 faults/);
  // One chain without gaps: the number of events is the sequence of the last one.
  const sequence = Number(/([0-9]+) events in 1 chains/.exec(sound.output)?.[1]);
  const finds = async (tamper: string, repair: string, fault: RegExp) => {
    await run(tamper);
    const { code, output } = await verify();
    t.equal(code, 1);
    t.match(output, fault, tamper);
    await run(repair);
  };
  await finds(
    "UPDATE audit_events SET client_id = 'x' WHERE sequence = 5",
    'UPDATE audit_events SET client_id = (SELECT client_id FROM kept WHERE kept.sequence = 5) WHERE sequence = 5',
    /event 5: not as the server wrote it.*\n.* 1 faults/,
  );
  await finds(
    'DELETE FROM audit_events WHERE sequence = 6',
    'INSERT INTO audit_events SELECT * FROM kept WHERE sequence = 6',
    /event 6: removed\n.* 1 faults/,
  );
  await finds(
    'UPDATE audit_events SET sequence = 1000 WHERE sequence = 7',
    'UPDATE audit_events SET sequence = 7 WHERE sequence = 1000',
    /event 7: removed\n(.*\n)*.*event 1000: not as the server wrote it/,
  );
  await finds(
    `UPDATE audit_events SET sequence = 1000 WHERE sequence = 7;
     UPDATE audit_events SET sequence = 7 WHERE sequence = 8;
     UPDATE audit_events SET sequence = 8 WHERE sequence = 1000`,
    `UPDATE audit_events SET sequence = 1000 WHERE sequence = 7;
     UPDATE audit_events SET sequence = 7 WHERE sequence = 8;
     UPDATE audit_events SET sequence = 8 WHERE sequence = 1000`,
    /event 7: not as the server wrote it.*\n.*event 8: not as the server wrote it.*\n.* 2 faults/,
  );
  await finds(
    `INSERT INTO audit_events (chain, sequence, time, type, client_id, subject, data, key_id, previous, mac)
     SELECT chain, sequence + 1, time, 'OAuth2ClientDeleted', 'client-1', subject, data, key_id, mac, mac
     FROM kept WHERE sequence = ${sequence}`,
    `DELETE FROM audit_events WHERE sequence = ${sequence + 1}`,
    new RegExp(`event ${sequence + 1}: not as the server wrote it.*\\n.* 1 faults`),
  );
  await finds(
    'DELETE FROM audit_events WHERE sequence > 10',
    'INSERT INTO audit_events SELECT * FROM kept WHERE sequence > 10',
    /event 11 to [0-9]+: removed from the end of the chain\n.* 1 faults/,
  );
  t.equal((await verify()).code, 0);
};

t.test('on SQLite, events are listed, and every kind of tampering is found', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'claviger.sqlite');
  const given = await recorded(t, `sqlite:${file}`, folder);
  t.match(given.log, /"audit":true,"event":\{"id":"[^"]+","time":"[^"]+","type":"OAuth2ClientCreated"/);
  const SqliteClient: new (file: string) => { exec(sql: string): unknown; close(): void } = driver('better-sqlite3');
  const client = new SqliteClient(file);
  t.teardown(() => client.close());
  client.exec('CREATE TABLE kept AS SELECT * FROM audit_events');
  await findsTampering(t, async (sql) => client.exec(sql), given);
});

t.test('on Postgres, events are listed, and every kind of tampering is found', async (t) => {
  const server = await startPostgres();
  t.teardown(() => server.stop());
  const database = await server.createDatabase();
  const given = await recorded(t, database.url, temporaryFolder(t));
  const postgres: (url: string, options: object) => { unsafe(sql: string): Promise<unknown>; end(): Promise<void> } =
    driver('postgres');
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  t.teardown(() => admin.end());
  await admin.unsafe('CREATE TABLE kept AS SELECT * FROM audit_events');
  await findsTampering(t, (sql) => admin.unsafe(sql), given);
});

t.test('without the table, events are only in the log, and the admin API says so', async (t) => {
  const server = await startServer(t, { settings: { CLAVIGER_AUDIT_TABLE: 'false', CLAVIGER_AUTO_MIGRATE: 'true' } });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${server.adminUrl}/clients`, { method: 'POST', headers, body: '{"client_id":"logged"}' });
  const listed = await fetch(`${server.adminUrl}/admin/audit/events`);
  t.equal(listed.status, 404);
  await server.stop();
  t.match(server.output(), /"audit":true,"event":\{[^}]*"type":"OAuth2ClientCreated"/);
});
