// `migrate`: shows which migrations each database has and lacks, and applies the missing ones.
import { existsSync } from 'node:fs';
import type { SchemaStatus } from '@claviger/adapters-sql';
import { inMemory } from '../config/dsn.ts';
import type { StoresConfig } from '../config/stores-config.ts';
import { databasesOf, type OpenBackend, openBackend, type StoreDatabase } from '../stores/backend.ts';
import { schemaProblem } from '../stores/store-preparation.ts';

type Write = (text: string) => void;

/** Resolves to the exit code: 1 when a schema is not up to date. */
export const migrateStatus = async (config: StoresConfig, write: Write): Promise<number> => {
  let behind = false;
  await forEachDatabase(config, asItIs, async (database, { schema }) => {
    if (!schema) return write(`${titleOf(database)}\n  has no migrations\n`);
    const status = await schema.schemaStatus();
    behind ||= status.pending.length > 0 || !status.usable;
    write(`${titleOf(database)}\n${linesOf(status)}`);
  });
  return behind ? 1 : 0;
};

/** Prints the SQL in the order in which it would run. Everything else is printed as SQL comments. */
export const migrateUpDryRun = async (config: StoresConfig, write: Write): Promise<number> => {
  await forEachDatabase(config, asItIs, async (database, { schema }) => {
    write(`-- ${titleOf(database)}\n`);
    if (!schema) return write('-- has no migrations\n');
    const { applied, sql } = await schema.migrate({ dryRun: true });
    write(applied.length === 0 ? '-- up to date\n' : `\n${sql.trimEnd()}\n`);
  });
  return 0;
};

export const migrateUp = async (config: StoresConfig, write: Write): Promise<number> => {
  await forEachDatabase(config, toBeWritten, async (database, { schema }) => {
    if (!schema) return write(`${titleOf(database)}\n  has no migrations\n`);
    const { applied } = await schema.migrate();
    const lines = applied.length > 0 ? applied.map((name) => `  applied  ${name}\n`) : ['  up to date\n'];
    write(`${titleOf(database)}\n${lines.join('')}`);
  });
  return 0;
};

const kinds = { sqlite: 'SQLite', postgres: 'Postgres', redis: 'Redis' } as const;

/** Without the address, which may contain a password. */
const titleOf = ({ dsn, ports }: StoreDatabase): string => `${kinds[dsn.kind]}: ${ports.join(', ')}`;

const linesOf = (status: SchemaStatus): string => {
  const problem = schemaProblem(status);
  return [
    ...status.applied.map((name) => `  applied  ${name}\n`),
    ...status.pending.map((name) => `  missing  ${name}\n`),
    problem === null ? '' : `  ${problem}\n`,
  ].join('');
};

/** Showing the status must not create a missing file. */
const asItIs = (database: StoreDatabase): StoreDatabase =>
  database.dsn.kind === 'sqlite' && !existsSync(database.dsn.file)
    ? { ...database, dsn: { ...database.dsn, file: inMemory } }
    : database;

const toBeWritten = (database: StoreDatabase): StoreDatabase => database;

const forEachDatabase = async (
  config: StoresConfig,
  located: (database: StoreDatabase) => StoreDatabase,
  use: (database: StoreDatabase, opened: OpenBackend) => Promise<void>,
): Promise<void> => {
  for (const database of databasesOf(config.stores)) {
    const opened = await openBackend(located(database), config);
    try {
      await use(database, opened);
    } finally {
      await opened.close();
    }
  }
};
