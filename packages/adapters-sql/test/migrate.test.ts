// Migrations of SQLite: applied once, in order, completely; never edited; never run backwards. Also the schema that drizzle
// expects.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import SqliteClient from 'better-sqlite3';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import t from 'tap';
import {
  type Migration,
  migrationFilesOf,
  migrationsIn,
  readMigrationFiles,
} from '../src/migrations/migration-files.ts';
import { SchemaMismatch } from '../src/migrations/schema-status.ts';
import { migrateSqlite, sqliteSchemaStatus } from '../src/sqlite/migrate.ts';
import { tables as declaredByName } from '../src/sqlite/schema.ts';

/** By default compatible, as most are: the previous release keeps working. */
const migration = (version: number, sql: string, compatibleFrom = Math.max(1, version - 1)): Migration => {
  return { version, name: `000${version}_step`, sql: `${sql};`, checksum: `checksum of ${sql}`, compatibleFrom };
};
const first = migration(1, 'CREATE TABLE a (x INTEGER)');
const second = migration(2, 'CREATE TABLE b (x INTEGER)');
const breaking = migration(2, 'ALTER TABLE a RENAME COLUMN x TO y', 2);

const tablesOf = (client: SqliteClient.Database): unknown[] =>
  client.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();

t.test('a released migration is never edited: its checksum is recorded here', async (t) => {
  const checksums = (database: 'postgres' | 'sqlite') =>
    Object.fromEntries(migrationsIn(migrationFilesOf(database)).map(({ name, checksum }) => [name, checksum]));
  t.same(checksums('sqlite'), {
    '0001_first_schema': '83e7b24cbfe52b052d4cd7949c2d183d651729a6a12e388eb5978533b07845d7',
    '0002_token_audience': 'ac0633856db63bc219382e21f8c164521cc2c49377808ff3d0a6979c5f07da87',
    '0003_latest_rotation': 'e9f9bdd168086a3459ca8cfe499c71022f6d50dc4d71815f9855663feffd4e67',
    '0004_leases': 'ada167a1acdcf3a824b2179512236c20820f45beb9871cc6cce2d90be4c35856',
    '0005_pending_flows': '43b8c361b8f5c9e547d56dd41215898e148d4d2120aa28f69842192ff30f8312',
    '0006_client_incarnation': 'b9dcce3cda03ece157c9dd7480ee4e3c4149d2a03f0b83e94d080926a500605c',
    '0007_admin_keys': '56d868eeab3cb5881a20edd42b822e0adb758b8692c737c2d2c77ed91da02fd6',
    '0008_audit': 'f70b32f68906159697107d62783d3cc20afb2e6673292b9bd1c4a97d9a796c97',
  });
  t.same(checksums('postgres'), {
    '0001_first_schema': 'ba7c1c6d2fc61653104d223a13e391382b111f209e09a2309950777e842fb4fd',
    '0002_token_audience': 'b1d82e6c1dc88a2b3af8cd1764d05faeb45086aeab640e0d46b89f830337ebd8',
    '0003_latest_rotation': 'ec6f97a3ec5e2225fe7f50ac53c7ba00384141e5170aa862b18e98ee921e458d',
    '0004_leases': '926c0ae5437406156184a3808803287ae7f93b6c045de1f00f9422aab2ecee64',
    '0005_pending_flows': 'dc293b71f1f8237ccbde72b25cc5b214ba18c41c6cbd1d054b9604c45a363918',
    '0006_client_incarnation': '60121f193c384e17d08c1d168356d6fc502bfd9149a4acdf60b1d40f6eb4a429',
    '0007_admin_keys': '3c95ba554a8bb676407265798c2c3a901de9813b11870fee196ce912c4f6c514',
    '0008_audit': '998e946ca34609b545ba92e679733cfd8ff662b5f3117fe141ebce6cdaf0a813',
  });
});

t.test('migrations are applied in order, once, and later ones are added to earlier ones', async (t) => {
  const client = new SqliteClient(':memory:');
  t.match(migrateSqlite(client, [first]), { applied: ['0001_step'], version: 1 });
  t.same(migrateSqlite(client, [first]), { applied: [], version: 1, sql: '' });
  t.match(migrateSqlite(client, [first, second]), { applied: ['0002_step'], version: 2 });
  t.same(tablesOf(client), ['a', 'b', 'schema_migrations']);
});

t.test(
  'a dry run prints the SQL and changes nothing, and running that SQL with another tool has the same result',
  async (t) => {
    const client = new SqliteClient(':memory:');
    const report = migrateSqlite(client, [first, second], true);
    t.match(report, { applied: ['0001_step', '0002_step'], version: 2, sql: /CREATE TABLE a .*CREATE TABLE b /s });
    t.same(tablesOf(client), []);
    client.exec(report.sql);
    t.same(sqliteSchemaStatus(client, [first, second]), {
      applied: ['0001_step', '0002_step'],
      pending: [],
      usable: true,
    });
    t.same(migrateSqlite(client, [first, second]).applied, []);
  },
);

t.test('the status lists applied and pending migrations, and an incomplete schema is not usable', async (t) => {
  const client = new SqliteClient(':memory:');
  const problem = /lacks 0001_step, 0002_step: it must be migrated/;
  const empty = { applied: [], pending: ['0001_step', '0002_step'], usable: false, problem };
  t.match(sqliteSchemaStatus(client, [first, second]), empty);
  t.same(tablesOf(client), [], 'reading the status changes nothing');
  migrateSqlite(client, [first]);
  const half = { applied: ['0001_step'], pending: ['0002_step'], usable: false };
  t.match(sqliteSchemaStatus(client, [first, second]), half);
});

t.test(
  'the previous release can use a newer schema that declares itself compatible, and does not change it',
  async (t) => {
    const client = new SqliteClient(':memory:');
    migrateSqlite(client, [first, second]);
    t.same(sqliteSchemaStatus(client, [first]), { applied: ['0001_step', '0002_step'], pending: [], usable: true });
    t.same(migrateSqlite(client, [first]), { applied: [], version: 2, sql: '' });
  },
);

t.test('a migration that fails leaves the database as it was', async (t) => {
  const client = new SqliteClient(':memory:');
  const broken = migration(2, 'CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER)');
  t.throws(() => migrateSqlite(client, [first, broken]), /table a already exists/);
  t.same(tablesOf(client), []);
});

t.test('the previous release refuses a newer schema that is not compatible, and does not change it', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, [first, breaking]);
  t.throws(() => migrateSqlite(client, [first]), {
    name: 'SchemaMismatch',
    message: /version 2 .*needs software that knows version 2; this one knows version 1/,
  });
  t.match(sqliteSchemaStatus(client, [first]), { usable: false, problem: /needs software that knows version 2/ });
  t.same(tablesOf(client), ['a', 'schema_migrations']);
});

t.test('a database with an applied migration of different contents is refused and not changed', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, [first]);
  const edited = { ...first, checksum: 'checksum of something else' };
  t.throws(() => migrateSqlite(client, [edited, second]), SchemaMismatch);
  t.throws(() => migrateSqlite(client, [edited, second]), /0001_step .* other contents/);
  t.match(sqliteSchemaStatus(client, [edited]), { usable: false, problem: /never be edited/ });
  t.same(tablesOf(client), ['a', 'schema_migrations']);
});

t.test('misnamed, missing or duplicate migration files are refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-migrations-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const url = pathToFileURL(`${folder}/`);
  t.same(migrationsIn(readMigrationFiles(url)), []);
  const sql = '-- compatible_from: 1\nSELECT 1';
  writeFileSync(join(folder, '0001_one.sql'), sql);
  t.match(migrationsIn(readMigrationFiles(url)), [
    { version: 1, name: '0001_one', sql, checksum: /^[0-9a-f]{64}$/, compatibleFrom: 1 },
  ]);
  writeFileSync(join(folder, '0003_three.sql'), sql);
  t.throws(() => migrationsIn(readMigrationFiles(url)), /0003_three.sql is misnamed or out of sequence/);
  writeFileSync(join(folder, '0002_two.sql'), sql);
  t.same(
    migrationsIn(readMigrationFiles(url)).map(({ version }) => version),
    [1, 2, 3],
  );
  writeFileSync(join(folder, '0002_again.sql'), sql);
  t.throws(() => migrationsIn(readMigrationFiles(url)), /misnamed or out of sequence/);
  rmSync(join(folder, '0002_again.sql'));
  for (const faulty of ['SELECT 3', '-- compatible_from: 4\n', '-- compatible_from: 0\n', '-- compatible_from: x\n']) {
    writeFileSync(join(folder, '0003_three.sql'), faulty);
    t.throws(
      () => migrationsIn(readMigrationFiles(url)),
      /0003_three.sql must begin with "-- compatible_from: N", N from 1 to 3/,
      faulty,
    );
  }
});

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

t.test('the declared and the migrated tables agree on every column: type, nullability and primary key', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, migrationsIn(migrationFilesOf('sqlite')));
  const tables = Object.values<unknown>(declaredByName).filter((table) => is(table, SQLiteTable));
  t.same(
    tables.map(getTableName).sort(),
    // Processes of the previous release use the table claims.
    tablesOf(client).filter((name) => name !== 'schema_migrations' && name !== 'claims'),
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

t.test('look-ups and cleaning use an index and never scan a whole table', async (t) => {
  const client = new SqliteClient(':memory:');
  migrateSqlite(client, migrationsIn(migrationFilesOf('sqlite')));
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
    'SELECT name FROM leases WHERE until <= 1 LIMIT 10',
    'SELECT * FROM keys WHERE set_name = 1 ORDER BY position',
  ];
  for (const sql of hot) t.notMatch(planOf(sql), /SCAN|TEMP B-TREE/, sql);
});
