// Brings a Postgres database to the schema of this version of the code, or refuses. Nodes that start concurrently lock the
// same row, one after the other (not every compatible database has advisory locks and LOCK TABLE). Each migration is one
// transaction, together with the row that records it.
import { StoreUnavailable } from '@claviger/core';
import type { Migration } from '../migrations/migration-files.ts';
import {
  type AppliedMigration,
  compareSchema,
  createMigrationsTable,
  type MigrationReport,
  recordOf,
  SchemaMismatch,
  type SchemaStatus,
  selectApplied,
} from '../migrations/schema-status.ts';
import { PostgresConnection, type SettingsBy } from './connection.ts';
import { alreadyThere, isAway, isMissingTable, isWorthRepeating } from './failures.ts';
import type { PostgresAddress } from './url.ts';

type Rows = (text: string, parameters: readonly unknown[]) => Promise<unknown[][]>;

const readApplied = async (rows: Rows): Promise<readonly AppliedMigration[]> =>
  (await rows(selectApplied, [])).map(([version, name, checksum, compatibleFrom]) => ({
    version: Number(version),
    name: String(name),
    checksum: String(checksum),
    compatibleFrom: Number(compatibleFrom),
  }));

/** Empty if no migration was ever applied, because then the table does not exist. */
const readAppliedIfAny = (rows: Rows): Promise<readonly AppliedMigration[]> =>
  readApplied(rows).catch((error: unknown) => {
    if (isMissingTable(error)) return [];
    throw error;
  });

export const postgresSchemaStatus = async (rows: Rows, migrations: readonly Migration[]): Promise<SchemaStatus> => {
  const encoding = await wrongEncoding(rows);
  const { status } = compareSchema(await readAppliedIfAny(rows), migrations);
  return encoding === undefined ? status : { ...status, usable: false, problem: encoding };
};

const wrongEncoding = async (rows: Rows): Promise<string | undefined> => {
  const [row] = await rows('SHOW server_encoding', []);
  const encoding = String(row?.[0]).toUpperCase().replace('-', '');
  return encoding === 'UTF8'
    ? undefined
    : `The database has the encoding ${encoding}. It must have UTF8: create it with ENCODING 'UTF8' TEMPLATE template0.`;
};

/** How long a change of the schema may wait for a lock. Statements behind it in the queue wait as long. */
const lockTimeout = "SET LOCAL lock_timeout = '10s';\n";

const prelude = `${createMigrationsTable}CREATE TABLE IF NOT EXISTS schema_lock (id integer NOT NULL PRIMARY KEY);
INSERT INTO schema_lock (id) VALUES (1) ON CONFLICT DO NOTHING;
`;

const scriptOf = (migration: Migration, isCockroach: boolean): string => {
  const sql = isCockroach ? forCockroach(migration.sql) : migration.sql;
  return `${sql}\n${recordOf(migration, 'extract(epoch FROM now())::bigint')}`;
};

/** CockroachDB orders text as COLLATE "C" does, and refuses the clause. It cannot write to a view either. */
const forCockroach = (sql: string): string =>
  sql.replaceAll(' COLLATE "C"', '').replaceAll(/^-- BEGIN not on CockroachDB.*?^-- END not on CockroachDB\n/gms, '');

export const migratePostgres = async (
  address: PostgresAddress,
  connectMs: number,
  migrations: readonly Migration[],
  { dryRun = false, settingsBy = 'startup' }: { readonly dryRun?: boolean; readonly settingsBy?: SettingsBy } = {},
): Promise<MigrationReport> => {
  // No time limit: a migration can take long, and so can waiting for another node that migrates.
  const connection = new PostgresConnection(address, { connectMs, statementMs: 0 }, settingsBy);
  try {
    return await bringUpToDate(connection, migrations, dryRun);
  } catch (error) {
    throw isAway(error) && !(error instanceof SchemaMismatch) ? new StoreUnavailable('postgres', error) : error;
  } finally {
    connection.destroy();
  }
};

const bringUpToDate = async (
  connection: PostgresConnection,
  migrations: readonly Migration[],
  dryRun: boolean,
): Promise<MigrationReport> => {
  const rows: Rows = (text, parameters) => connection.rows(text, parameters);
  const encoding = await wrongEncoding(rows);
  if (encoding !== undefined) throw new SchemaMismatch(encoding);
  const [[version] = []] = await rows('SELECT version()', []);
  const isCockroach = String(version).startsWith('CockroachDB');

  const before = await readAppliedIfAny(rows);
  const { pending } = fitting(before, migrations);
  const inTransaction = (sql: string): string => `BEGIN;\n${lockTimeout}${sql}COMMIT;\n`;
  const scripts = pending.map((migration) => inTransaction(scriptOf(migration, isCockroach)));
  const report = {
    applied: pending.map(({ name }) => name),
    version: Math.max(before.length, migrations.length),
    sql: pending.length === 0 ? '' : [prelude, ...scripts].join('\n'),
  };
  // Everything above only reads, so an account that cannot change the schema can start a server.
  if (dryRun || pending.length === 0) return report;

  await repeating(() => connection.script(prelude));
  const applied: string[] = [];
  for (;;) {
    const next = await repeating(() => applyNext(connection, migrations, isCockroach));
    if (next === undefined) return { ...report, applied, sql: applied.length === 0 ? '' : report.sql };
    applied.push(next);
  }
};

/** Throws SchemaMismatch when the database and the migrations do not fit together. */
const fitting = (applied: readonly AppliedMigration[], migrations: readonly Migration[]) => {
  const comparison = compareSchema(applied, migrations);
  if (comparison.mismatch !== undefined) throw new SchemaMismatch(comparison.mismatch);
  return comparison;
};

/** Applies the oldest migration that is still pending. Returns its name, or undefined when none is. */
const applyNext = async (
  connection: PostgresConnection,
  migrations: readonly Migration[],
  isCockroach: boolean,
): Promise<string | undefined> => {
  // Required: after the lock is acquired, this transaction must see what the previous holder has applied.
  await connection.script('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await connection.rows('SELECT id FROM schema_lock WHERE id = 1 FOR UPDATE', []);
    const [next] = fitting(
      await readApplied((text, parameters) => connection.rows(text, parameters)),
      migrations,
    ).pending;
    if (next) await connection.script(`${lockTimeout}${scriptOf(next, isCockroach)}`);
    await connection.script('COMMIT');
    return next?.name;
  } catch (error) {
    await connection.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
};

/** CREATE TABLE IF NOT EXISTS can fail when two nodes create the same table concurrently. */
const repeating = async <T>(run: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 10 || !(isWorthRepeating(error) || alreadyThere(error))) throw error;
    }
  }
};
