// The whole contract on a real Postgres server, each case under concurrency, and what is Postgres' own.
import type { Stores } from '@claviger/core';
import { type DeclareTest, type Opened, runContracts } from '@claviger/core/contract';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { startPostgres } from './support/start-postgres.ts';

const server = await startPostgres();
t.teardown(() => server.stop());

const within =
  (t: Test): DeclareTest =>
  (name, run) =>
    t.test(name, async (t) => {
      await run();
      t.pass('holds');
    });

t.test('Postgres keeps the contract', async (t) => {
  const database = await server.createDatabase();
  const sql = await openPostgresStores({ url: database.url });
  await sql.migrate();
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  t.teardown(async () => {
    await sql.close();
    await admin.end();
    await database.drop();
  });
  const opened = async (): Promise<Opened<Stores>> => {
    await admin`TRUNCATE claims, clients, codes, consents, flows, grants, keys, login_sessions, tokens`;
    return { store: sql.stores, close: async () => undefined };
  };
  await runContracts(within(t), opened);
});
