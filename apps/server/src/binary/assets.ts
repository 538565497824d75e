// The files that are embedded in the single binary. scripts/build-binary.mjs puts them there.
import { getAsset, isSea } from 'node:sea';

export const isBinary = isSea();

export const assetNames = {
  /** package.json of this package. */
  manifest: 'package.json',
  /** JSON: MigrationFiles by database. */
  migrations: 'migrations.json',
  sqliteAddon: 'better_sqlite3.node',
  /** Of swagger-ui-dist, for /docs on development servers. */
  apiPageStyle: 'swagger-ui.css',
  apiPageScript: 'swagger-ui-bundle.js',
} as const;

type AssetName = (typeof assetNames)[keyof typeof assetNames];

export const textAsset = (name: AssetName): string => getAsset(name, 'utf8');

export const bytesAsset = (name: AssetName): Uint8Array => new Uint8Array(getAsset(name));
