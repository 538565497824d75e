// Migration 0004 on Postgres: accounts that may use the table claims may use the table leases and the view claims.
// apps/server/test/lease-upgrade.test.ts has the previous release and this one side by side.
import postgres from 'postgres';
import t from 'tap';
import { migrationFilesOf, migrationsIn } from '../src/migrations/migration-files.ts';
import { migratePostgres } from '../src/postgres/migrate.ts';
import { parsePostgresUrl } from '../src/postgres/url.ts';
import { startPostgres } from '../src/testing/index.ts';

const migrations = migrationsIn(migrationFilesOf('postgres'));
const before = migrations.findIndex(({ name }) => name.endsWith('_leases'));

t.test('an account keeps its rights and gets no others', async (t) => {
  const server = await startPostgres();
  const { url, drop } = await server.createDatabase();
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  const [node, reader, owner, stranger] = ['node', 'reader', 'owner', 'stranger'].map(
    (name) => `lease_${name}_${process.pid}`,
  );
  const roles = [node, reader, owner, stranger].join(', ');
  t.teardown(async () => {
    await admin.unsafe(`DROP OWNED BY ${roles} CASCADE; DROP ROLE ${roles}`);
    await admin.end();
    await drop();
    await server.stop();
  });
  const migrate = (until: number) => migratePostgres(parsePostgresUrl(url), 2000, migrations.slice(0, until));
  for (const role of roles.split(', ')) await admin.unsafe(`CREATE ROLE ${role}`);
  await migrate(before);
  await admin.unsafe(`
    GRANT SELECT, INSERT, UPDATE, DELETE ON claims TO ${node};
    GRANT SELECT ON claims TO ${reader};
    ALTER TABLE claims OWNER TO ${owner}`);
  await migrate(before + 1);

  const can = async (role: string | undefined, sql: string): Promise<boolean> => {
    try {
      await admin.begin(async (transaction) => {
        await transaction.unsafe(`SET LOCAL ROLE ${role}`);
        await transaction.unsafe(sql);
      });
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === '42501') return false;
      throw error;
    }
  };
  for (const table of ['claims', 'leases']) {
    const read = `SELECT name, holder, until FROM ${table}`;
    const write = `INSERT INTO ${table} (name, holder, until) VALUES (sha256('a'), 'h', 1)
      ON CONFLICT (name) DO UPDATE SET holder = 'h', until = 1 WHERE ${table}.until <= 2 RETURNING name`;
    const remove = `DELETE FROM ${table} WHERE name IN (SELECT name FROM ${table} LIMIT 10 FOR UPDATE SKIP LOCKED)`;
    const rights = async (role: string | undefined) => [
      await can(role, read),
      await can(role, write),
      await can(role, remove),
    ];
    t.same(await rights(node), [true, true, true], `a node’s account may use ${table}`);
    t.same(await rights(owner), [true, true, true], `the owner of the table may use ${table}`);
    t.same(await rights(reader), [true, false, false], `an account that may read may read ${table}`);
    t.same(await rights(stranger), [false, false, false], `other accounts may not use ${table}`);
  }
});
