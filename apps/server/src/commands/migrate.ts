// `migrate`: shows which migrations each database has and lacks, and applies the missing ones.
import { existsSync } from 'node:fs';
import type { SchemaStatus } from '@claviger/adapters-sql';
import { inMemory } from '../config/dsn.ts';
import type { StoresConfig } from '../config/stores-config.ts';
import { type OpenBackend, openBackend, type Place, placesOf } from '../stores/backend.ts';
import { schemaProblem } from '../stores/store-preparation.ts';

type Write = (text: string) => void;

/** Resolves to the exit code: 1 when a schema is not up to date. */
export const migrateStatus = async (config: StoresConfig, write: Write): Promise<number> => {
  let behind = false;
  await forEachPlace(config, asItIs, async (place, { schema }) => {
    if (!schema) return write(`${titleOf(place)}\n  has no migrations\n`);
    const status = await schema.schemaStatus();
    behind ||= status.pending.length > 0 || !status.usable;
    write(`${titleOf(place)}\n${linesOf(status)}`);
  });
  return behind ? 1 : 0;
};

/** Prints the SQL in the order in which it would run. Everything else is printed as SQL comments. */
export const migrateUpDryRun = async (config: StoresConfig, write: Write): Promise<number> => {
  await forEachPlace(config, asItIs, async (place, { schema }) => {
    write(`-- ${titleOf(place)}\n`);
    if (!schema) return write('-- has no migrations\n');
    const { applied, sql } = await schema.migrate({ dryRun: true });
    write(applied.length === 0 ? '-- up to date\n' : `\n${sql.trimEnd()}\n`);
  });
  return 0;
};

export const migrateUp = async (config: StoresConfig, write: Write): Promise<number> => {
  await forEachPlace(config, toBeWritten, async (place, { schema }) => {
    if (!schema) return write(`${titleOf(place)}\n  has no migrations\n`);
    const { applied } = await schema.migrate();
    const lines = applied.length > 0 ? applied.map((name) => `  applied  ${name}\n`) : ['  up to date\n'];
    write(`${titleOf(place)}\n${lines.join('')}`);
  });
  return 0;
};

const kinds = { sqlite: 'SQLite', postgres: 'Postgres', redis: 'Redis' } as const;

/** Without the address, which may contain a password. */
const titleOf = ({ dsn, ports }: Place): string => `${kinds[dsn.kind]}: ${ports.join(', ')}`;

const linesOf = (status: SchemaStatus): string => {
  const problem = schemaProblem(status);
  return [
    ...status.applied.map((name) => `  applied  ${name}\n`),
    ...status.pending.map((name) => `  missing  ${name}\n`),
    problem === null ? '' : `  ${problem}\n`,
  ].join('');
};

/** Showing the status must not create a missing file. */
const asItIs = (place: Place): Place =>
  place.dsn.kind === 'sqlite' && !existsSync(place.dsn.file)
    ? { ...place, dsn: { ...place.dsn, file: inMemory } }
    : place;

const toBeWritten = (place: Place): Place => place;

const forEachPlace = async (
  config: StoresConfig,
  located: (place: Place) => Place,
  use: (place: Place, opened: OpenBackend) => Promise<void>,
): Promise<void> => {
  for (const place of placesOf(config.stores)) {
    const opened = await openBackend(located(place), config);
    try {
      await use(place, opened);
    } finally {
      await opened.close();
    }
  }
};
