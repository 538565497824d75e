// Options that make the stores use the files in the single binary. Empty in an installation.
import type { MigrationFiles, PostgresOptions, SqliteOptions } from '@claviger/adapters-sql';
import { assetNames, bytesAsset, isBinary, textAsset } from './assets.ts';
import { loadAddon } from './load-addon.ts';

export const sqliteParts = (): Pick<SqliteOptions, 'migrationFiles' | 'nativeBinding'> =>
  isBinary ? { migrationFiles: migrationFiles().sqlite, nativeBinding: sqliteAddon() } : {};

export const postgresParts = (): Pick<PostgresOptions, 'migrationFiles'> =>
  isBinary ? { migrationFiles: migrationFiles().postgres } : {};

const migrationFiles = (): Readonly<Record<'postgres' | 'sqlite', MigrationFiles>> =>
  JSON.parse(textAsset(assetNames.migrations));

let addon: object | undefined;

/** Loaded once, even if there are several SQLite files. */
const sqliteAddon = (): object => {
  addon ??= loadAddon(bytesAsset(assetNames.sqliteAddon));
  return addon;
};
