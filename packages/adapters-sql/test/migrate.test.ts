// Migrations: applied once, in order, whole; never edited; never run backwards. And the schema that drizzle believes in.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import SqliteClient from 'better-sqlite3';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import t from 'tap';
import { migrateSqlite, SchemaMismatch, sqliteSchemaStatus } from '../src/migrate.ts';
import { type Migration, readMigrations, sqliteMigrations } from '../src/migration-files.ts';
import * as schema from '../src/schema/sqlite.ts';

const migration = (version: number, sql: string): Migration => {
  return { version, name: `000${version}_step`, sql, checksum: `checksum of ${sql}` };
};
const first = migration(1, 'CREATE TABLE a (x INTEGER)');
const second = migration(2, 'CREATE TABLE b (x INTEGER)');

const tablesOf = (client: SqliteClient.Database): unknown[] =>
  client.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();

t.test('a released migration is never edited: its checksum is written down here', async (t) => {
  const checksums = Object.fromEntries(sqliteMigrations().map(({ name, checksum }) => [name, checksum]));
  t.same(checksums, {
    '0001_first_schema': '43a36a4e9a117006f4ca5229fe2515cb48d4f21f004505b04a1b787498b9269b',
  });
});

t.test('migrations are applied in order, once, and later ones are added to earlier ones', async (t) => {
  const client = new SqliteClient(':memory:');
  t.same(migrateSqlite(client, [first]), { applied: ['0001_step'], version: 1 });
  t.same(migrateSqlite(client, [first]), { applied: [], version: 1 });
  t.same(migrateSqlite(client, [first, second]), { applied: ['0002_step'], version: 2 });
  t.same(tablesOf(client), ['a', 'b', 'schema_migrations']);
});

t.test('a migration that fails leaves the database as it was', async (t) => {
  const client = new SqliteClient(':memory:');
  const broken = migration(2, 'CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER)');
  t.throws(() => migrateSqlite(client, [first, broken]), /table a already exists/);
  t.same(tablesOf(client), []);
});

t.test('a database of newer software is refused and left alone', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, [first, second]);
  t.throws(() => migrateSqlite(client, [first]), {
    name: 'SchemaMismatch',
    message: /version 2 .*newer than version 1/,
  });
  t.same(tablesOf(client), ['a', 'b', 'schema_migrations']);
});

t.test('a database whose applied migration had other contents is refused and left alone', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, [first]);
  const edited = { ...first, checksum: 'checksum of something else' };
  t.throws(() => migrateSqlite(client, [edited, second]), SchemaMismatch);
  t.throws(() => migrateSqlite(client, [edited, second]), /0001_step .* other contents/);
  t.same(tablesOf(client), ['a', 'schema_migrations']);
});

t.test('the status tells what is applied, what is missing and what does not fit, and changes nothing', async (t) => {
  const client = new SqliteClient(':memory:');
  t.same(sqliteSchemaStatus(client, [first]), { applied: [], pending: [first], mismatch: null });
  t.same(tablesOf(client), []);
  migrateSqlite(client, [first]);
  t.same(sqliteSchemaStatus(client, [first, second]), { applied: ['0001_step'], pending: [second], mismatch: null });
  const edited = { ...first, checksum: 'checksum of something else' };
  t.match(sqliteSchemaStatus(client, [edited]), { applied: ['0001_step'], mismatch: { name: 'SchemaMismatch' } });
});

t.test('migration files that are misnamed, missing or double are refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-migrations-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const url = pathToFileURL(`${folder}/`);
  t.same(readMigrations(url), []);
  writeFileSync(join(folder, '0001_one.sql'), 'SELECT 1');
  t.match(readMigrations(url), [{ version: 1, name: '0001_one', sql: 'SELECT 1', checksum: /^[0-9a-f]{64}$/ }]);
  writeFileSync(join(folder, '0003_three.sql'), 'SELECT 3');
  t.throws(() => readMigrations(url), /0003_three.sql is misnamed or out of sequence/);
  writeFileSync(join(folder, '0002_two.sql'), 'SELECT 2');
  t.same(
    readMigrations(url).map(({ version }) => version),
    [1, 2, 3],
  );
  writeFileSync(join(folder, '0002_again.sql'), 'SELECT 2');
  t.throws(() => readMigrations(url), /misnamed or out of sequence/);
});

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

t.test('schema/sqlite.ts and the migrated tables agree on every column, its type, null and primary key', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, sqliteMigrations());
  const tables = Object.values(schema).filter((table) => is(table, SQLiteTable));
  t.same(
    tables.map(getTableName).sort(),
    tablesOf(client).filter((name) => name !== 'schema_migrations'),
  );
  for (const table of tables) {
    const composite = getTableConfig(table).primaryKeys.flatMap(({ columns }) => columns.map(({ name }) => name));
    const declared = Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: column.notNull ? 1 : 0,
      pk: column.primary ? 1 : composite.indexOf(column.name) + 1,
    }));
    const migrated = client
      .prepare<[string], ColumnInfo>('SELECT name, type, "notnull", pk FROM pragma_table_info(?)')
      .all(getTableName(table));
    t.same(sorted(migrated), sorted(declared), getTableName(table));
  }
});

const sorted = (columns: readonly ColumnInfo[]): ColumnInfo[] =>
  [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));

t.test('look-ups and cleaning go through an index, never over a whole table', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, sqliteMigrations());
  const planOf = (sql: string): string =>
    client
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ');
  const hot = [
    'SELECT * FROM tokens LEFT JOIN grants ON grants.id = tokens.grant_id WHERE grant_id = 1 AND hash = 2',
    "DELETE FROM tokens WHERE grant_id = 1 AND kind = 'access'",
    'SELECT grant_id, hash FROM tokens WHERE expires_at <= 1 LIMIT 10',
    'SELECT grant_id, hash FROM codes WHERE expires_at <= 1 LIMIT 10',
    'SELECT id FROM grants WHERE keep_until <= 1 AND NOT EXISTS (SELECT 1 FROM tokens WHERE grant_id = grants.id)',
    'UPDATE grants SET revoked_at = 1 WHERE client_id = 1 AND revoked_at IS NULL',
    'UPDATE grants SET revoked_at = 1 WHERE subject = 1 AND client_id = 1',
    'SELECT * FROM consents WHERE subject = 1 ORDER BY requested_at DESC, id DESC LIMIT 10',
    'SELECT id FROM consents WHERE expires_at <= 1 LIMIT 10',
    'DELETE FROM consents WHERE client_id = 1',
    'SELECT id FROM flows WHERE expires_at <= 1 LIMIT 10',
    'DELETE FROM flows WHERE subject = 1',
    'DELETE FROM flows WHERE client_id = 1',
    'DELETE FROM login_sessions WHERE subject = 1',
    'SELECT id FROM login_sessions WHERE expires_at <= 1 LIMIT 10',
    'SELECT * FROM keys WHERE set_name = 1 ORDER BY position',
  ];
  for (const sql of hot) t.notMatch(planOf(sql), /SCAN|TEMP B-TREE/, sql);
});
