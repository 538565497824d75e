// Migrations of Postgres, applied by ten nodes concurrently; the drizzle schema; and URLs.
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { type Migration, migrationFilesOf, migrationsIn } from '../src/migrations/migration-files.ts';
import { migratePostgres } from '../src/postgres/migrate.ts';
import { tables as declaredByName } from '../src/postgres/schema.ts';
import { parsePostgresUrl } from '../src/postgres/url.ts';
import { startPostgres } from '../src/testing/index.ts';

const server = await startPostgres();
t.teardown(() => server.stop());

const openDatabase = async (t: Test) => {
  const database = await server.createDatabase();
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  t.teardown(async () => {
    await admin.end();
    await database.drop();
  });
  const migrate = (migrations: readonly Migration[], dryRun = false) =>
    migratePostgres(parsePostgresUrl(database.url), 2000, migrations, { dryRun });
  const tables = async (): Promise<string[]> => {
    const rows = await admin<{ name: string }[]>`
      SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`;
    return rows.map(({ name }) => name);
  };
  return { url: database.url, admin, migrate, tables };
};

const migration = (version: number, sql: string, compatibleFrom = Math.max(1, version - 1)): Migration => {
  return { version, name: `000${version}_step`, sql: `${sql};`, checksum: `checksum of ${sql}`, compatibleFrom };
};
const first = migration(1, 'CREATE TABLE a (x integer)');
const second = migration(2, 'CREATE TABLE b (x integer)');
const third = migration(3, 'CREATE TABLE c (x integer)');
const bookkeeping = ['schema_lock', 'schema_migrations'];

t.test('of ten nodes that start concurrently on a new database, each migration is applied by one', async (t) => {
  for (let round = 0; round < 3; round += 1) {
    const { migrate, tables } = await openDatabase(t);
    const reports = await Promise.all(Array.from({ length: 10 }, () => migrate([first, second, third])));
    t.same(reports.flatMap(({ applied }) => applied).sort(), ['0001_step', '0002_step', '0003_step']);
    t.ok(reports.every(({ version }) => version === 3));
    t.same(await tables(), ['a', 'b', 'c', ...bookkeeping]);
  }
});

const namesOfAll = migrationsIn(migrationFilesOf('postgres')).map(({ name }) => name);

t.test('ten nodes with the real schema: all of them can use it afterwards', async (t) => {
  const { url } = await openDatabase(t);
  const nodes = await Promise.all(Array.from({ length: 10 }, () => openPostgresStores({ url, poolSize: 1 })));
  const reports = await Promise.all(nodes.map(({ migrate }) => migrate()));
  t.equal(reports.flatMap(({ applied }) => applied).length, migrationsIn(migrationFilesOf('postgres')).length);
  const statuses = await Promise.all(nodes.map(({ schemaStatus }) => schemaStatus()));
  for (const status of statuses) t.same(status, { applied: namesOfAll, pending: [], usable: true });
  await Promise.all(nodes.map(({ close }) => close()));
});

t.test('a migration that fails leaves no trace, and earlier ones stay', async (t) => {
  const { migrate, tables } = await openDatabase(t);
  const broken = migration(2, 'CREATE TABLE b (x integer); CREATE TABLE a (x integer)');
  await t.rejects(migrate([first, broken]), /already exists/);
  t.same(await tables(), ['a', ...bookkeeping]);
  t.same((await migrate([first, second])).applied, ['0002_step'], 'the lock is free');
});

t.test(
  'the previous release uses a newer schema if it is compatible and refuses it otherwise; edited migrations are refused',
  async (t) => {
    const { migrate } = await openDatabase(t);
    await migrate([first, second]);
    t.same(await migrate([first]), { applied: [], version: 2, sql: '' });
    await t.rejects(migrate([{ ...first, checksum: 'another' }, second]), {
      name: 'SchemaMismatch',
      message: /edited/,
    });
    const breaking = migration(3, 'DROP TABLE a', 3);
    await migrate([first, second, breaking]);
    await t.rejects(migrate([first, second]), {
      name: 'SchemaMismatch',
      message: /needs software that knows version 3/,
    });
  },
);

t.test(
  'the SQL of a dry run can be run by another tool; the account of the nodes need not own the tables',
  async (t) => {
    const { url, admin, tables } = await openDatabase(t);
    const owner = await openPostgresStores({ url });
    const empty = { applied: [], pending: namesOfAll, usable: false, problem: /lacks 0001_first_schema/ };
    t.match(await owner.schemaStatus(), empty);
    const { sql, applied } = await owner.migrate({ dryRun: true });
    t.same(applied, namesOfAll);
    t.same(await tables(), [], 'nothing was changed');
    await admin.unsafe(sql);
    t.match(await owner.schemaStatus(), { usable: true });
    await owner.close();

    const role = `node_${process.pid}`;
    await admin.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'p@ss/word';
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    const nodeUrl = new URL(url);
    nodeUrl.username = role;
    nodeUrl.password = encodeURIComponent('p@ss/word');
    const node = await openPostgresStores({ url: nodeUrl.href });
    t.same(await node.migrate(), { applied: [], version: namesOfAll.length, sql: '' });
    t.equal(await node.stores.clients.find('app'), undefined);
    await node.close();
    await admin.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  },
);

t.test('a database that cannot hold every character is refused', async (t) => {
  const { admin, url } = await openDatabase(t);
  const name = `latin_${process.pid}`;
  await admin.unsafe(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
  const latin = new URL(url);
  latin.pathname = `/${name}`;
  const { migrate, schemaStatus, close } = await openPostgresStores({ url: latin.href });
  await t.rejects(migrate(), { name: 'SchemaMismatch', message: /encoding LATIN1/ });
  t.match(await schemaStatus(), { usable: false, problem: /encoding LATIN1/ });
  await close();
  await admin.unsafe(`DROP DATABASE ${name}`);
});

t.test('the declared and the migrated tables agree on every column: type, nullability and primary key', async (t) => {
  const { admin, migrate, tables } = await openDatabase(t);
  await migrate(migrationsIn(migrationFilesOf('postgres')));
  const declaredTables = Object.values(declaredByName).filter((table) => is(table, PgTable));
  t.same(
    declaredTables.map(getTableName).sort(),
    (await tables()).filter((name) => !bookkeeping.includes(name)),
  );
  for (const table of declaredTables) {
    const composite = getTableConfig(table).primaryKeys.flatMap(({ columns }) => columns.map(({ name }) => name));
    const declared = Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType(),
      nullable: column.notNull ? 'NO' : 'YES',
      // Texts are compared by bytes. The order of a locale would affect pages, and an upgrade of the locale would break indexes.
      order: column.getSQLType() === 'text' ? 'C' : null,
      key: column.primary ? 1 : composite.indexOf(column.name) + 1,
    }));
    const migrated = await admin`
      SELECT c.column_name AS name, c.data_type AS type, c.is_nullable AS nullable, c.collation_name AS order,
        coalesce((SELECT k.ordinal_position FROM information_schema.key_column_usage k
          WHERE k.table_name = c.table_name AND k.column_name = c.column_name), 0) AS key
      FROM information_schema.columns c WHERE c.table_name = ${getTableName(table)}`;
    const byName = <T extends { name?: string }>(columns: readonly T[]): T[] =>
      [...columns].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
    t.same(byName([...migrated]), byName(declared), getTableName(table));
  }
});

t.test('look-ups and cleaning use an index and never scan a whole table', async (t) => {
  const { admin, migrate } = await openDatabase(t);
  await migrate(migrationsIn(migrationFilesOf('postgres')));
  // Otherwise the planner reads all of these tables, because they are empty.
  await admin`SET enable_seqscan = off`;
  const plan = async (sql: string): Promise<string> =>
    (await admin.unsafe(`EXPLAIN ${sql}`)).map((row) => String(row['QUERY PLAN'])).join('\n');
  const hot = [
    "SELECT * FROM tokens LEFT JOIN grants ON grants.id = tokens.grant_id WHERE grant_id = 'a' AND hash = 'b'",
    "DELETE FROM tokens WHERE grant_id = 'a' AND kind = 'access'",
    'SELECT grant_id, hash FROM tokens WHERE expires_at <= 1 LIMIT 10 FOR UPDATE SKIP LOCKED',
    'SELECT grant_id, hash FROM codes WHERE expires_at <= 1 LIMIT 10 FOR UPDATE SKIP LOCKED',
    'SELECT id FROM grants WHERE keep_until <= 1 AND NOT EXISTS (SELECT 1 FROM tokens WHERE grant_id = grants.id) LIMIT 10',
    "UPDATE grants SET revoked_at = 1 WHERE client_id = 'a' AND revoked_at IS NULL",
    "UPDATE grants SET revoked_at = 1 WHERE subject = 'a' AND client_id = 'b'",
    "SELECT * FROM consents WHERE subject = 'a' ORDER BY requested_at DESC, id DESC LIMIT 10",
    'SELECT id FROM consents WHERE expires_at <= 1 LIMIT 10',
    "DELETE FROM consents WHERE client_id = 'a'",
    'SELECT id FROM flows WHERE expires_at <= 1 LIMIT 10',
    "DELETE FROM flows WHERE subject = 'a'",
    "DELETE FROM flows WHERE client_id = 'a'",
    "DELETE FROM login_sessions WHERE subject = 'a'",
    'SELECT id FROM login_sessions WHERE expires_at <= 1 LIMIT 10',
    'SELECT name FROM leases WHERE until <= 1 LIMIT 10',
    "SELECT * FROM keys WHERE set_name = 'a' ORDER BY position",
    'SELECT * FROM clients ORDER BY id LIMIT 10',
  ];
  for (const sql of hot) t.notMatch(await plan(sql), /Seq Scan/, sql);
});

t.test('a URL says where and how to connect; errors do not repeat it', async (t) => {
  t.match(parsePostgresUrl('postgres://zoe:s%40cret@127.0.0.1:6000/my%20db?options=-c%20x%3Dy'), {
    target: { host: '127.0.0.1', port: 6000 },
    user: 'zoe',
    password: 's@cret',
    database: 'my db',
    tls: undefined,
    prepare: true,
    session: { options: '-c x=y' },
  });
  t.match(parsePostgresUrl('postgresql://zoe@/db?host=/run/postgresql&prepare=false'), {
    target: { path: '/run/postgresql/.s.PGSQL.5432' },
    tls: undefined,
    prepare: false,
  });
  const tlsOf = (host: string, query: string) => parsePostgresUrl(`postgres://zoe@${host}/db${query}`).tls;
  t.match(
    tlsOf('db.example.org', ''),
    { rejectUnauthorized: false },
    'connections to other hosts are encrypted by default',
  );
  t.equal(tlsOf('db.example.org', '?sslmode=disable'), undefined);
  t.match(tlsOf('db.example.org', '?sslmode=verify-full'), { rejectUnauthorized: true, servername: 'db.example.org' });
  const faulty = [
    'mysql://zoe:hunter2@db/x',
    'hunter2',
    'postgres://zoe:hunter2@db/x?sslmode=prefer',
    'postgres://zoe:hunter2@db/x?sslmod=require',
    'postgres://db/x?sslmode=disable',
    'postgres://zoe:hunter2@one,two/x',
    'postgres://zoe:hunter2@one:1,two:2/x',
  ];
  for (const url of faulty) {
    await t.rejects(openPostgresStores({ url }), /Postgres URL/);
    await openPostgresStores({ url }).catch((error: Error) => t.notMatch(error.message, /hunter2/));
  }
});
