// The version of this package, as /version shows it.
import { readFileSync } from 'node:fs';
import { assetNames, isBinary, textAsset } from './binary/assets.ts';

const manifest: unknown = JSON.parse(
  isBinary ? textAsset(assetNames.manifest) : readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

export const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
