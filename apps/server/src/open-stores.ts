// DSN -> stores, ready for use: the data folder is there and the schema is up to date.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openSqliteStores, type SqlStores } from '@claviger/adapters-sql';
import type { Config } from './config.ts';

export interface OpenStores extends Pick<SqlStores, 'stores' | 'close'> {
  /** Names of the migrations that were applied now. */
  readonly migrated: readonly string[];
}

export const openStores = async ({ sqlite: { file } }: Pick<Config, 'sqlite'>): Promise<OpenStores> => {
  if (file !== ':memory:') await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const { stores, migrate, close } = await openSqliteStores({ file });
  try {
    const { applied } = await migrate();
    return { stores, close, migrated: applied };
  } catch (error) {
    await close();
    throw error;
  }
};
