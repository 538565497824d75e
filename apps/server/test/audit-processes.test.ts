// The audit table after what happens to processes: SIGKILL, two of them on one database, and retention while one serves.
import { join } from 'node:path';
import { startPostgres } from '@claviger/adapters-sql/testing';
import t, { type Test } from 'tap';
import { runServer, startServer, type TestServer, temporaryFolder } from './support/start-server.ts';

const settingsOf = (dsn: string) => ({
  CLAVIGER_DSN: dsn,
  CLAVIGER_SYSTEM_SECRET: 'a system secret of the audit test',
  CLAVIGER_AUTO_MIGRATE: 'true',
});

const createClient = async ({ adminUrl }: TestServer, id: string): Promise<void> => {
  const body = JSON.stringify({ client_id: id, grant_types: ['client_credentials'] });
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${adminUrl}/clients`, { method: 'POST', headers, body })).text();
};

/** How many clients were created, as the table has it. */
const createdOf = async ({ adminUrl }: TestServer): Promise<number> => {
  const reply = await fetch(`${adminUrl}/admin/audit/events?type=OAuth2ClientCreated&page_size=1000`);
  return ((await reply.json()) as { readonly events: readonly unknown[] }).events.length;
};

/** Whether the first event of the chain has been removed, though later ones are there. */
const isPruned = async ({ adminUrl }: TestServer): Promise<boolean> => {
  const reply = await fetch(`${adminUrl}/admin/audit/events?page_size=1000`);
  const { events } = (await reply.json()) as { readonly events: readonly { readonly sequence: number }[] };
  return events.length > 0 && events.every(({ sequence }) => sequence > 1);
};

const verify = async (t: Test, settings: Readonly<Record<string, string>>) => {
  const run = runServer(t, settings, ['audit', 'verify']);
  return { ...(await run.exited), output: run.output() };
};

t.test('two processes on one Postgres that are killed at work leave two chains without a fault', async (t) => {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  const settings = settingsOf((await postgres.createDatabase()).url);
  const servers = [await startServer(t, { settings }), await startServer(t, { settings })];
  await Promise.all(servers.map((server, index) => createClient(server, `first-${index}`)));
  for (const server of servers) while ((await createdOf(server)) < 2);
  // These may still wait for the table when the signal comes.
  const unfinished = servers.flatMap((server, at) =>
    Array.from({ length: 20 }, (_, index) => createClient(server, `late-${at}-${index}`).catch(() => undefined)),
  );
  await unfinished[0];
  await Promise.all(servers.map((server) => server.kill('SIGKILL')));
  await Promise.all(unfinished);
  const { code, output } = await verify(t, settings);
  t.equal(code, 0, output);
  t.match(output, /[0-9]+ events in 2 chains, 0 faults/);
});

t.test('retention in a server leaves an anchor with which verification finds no fault', async (t) => {
  const folder = temporaryFolder(t);
  const settings = {
    ...settingsOf(`sqlite:${join(folder, 'claviger.sqlite')}`),
    CLAVIGER_AUDIT_RETENTION: '1s',
    CLAVIGER_AUDIT_CHECKPOINT_INTERVAL: '1s',
  };
  const server = await startServer(t, { settings, dataFolder: folder });
  for (let index = 0; !(await isPruned(server)); index += 1) await createClient(server, `client-${index}`);
  await server.stop();
  const { code, output } = await verify(t, settings);
  t.equal(code, 0, output);
  t.match(output, /[0-9]+ events in 1 chains, 0 faults/);
});
