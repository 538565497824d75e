// Whether the admin API requires a key or a client certificate, and the first keys if a file holds them.
import { readFileSync } from 'node:fs';
import { bearerTokens } from './parse.ts';
import type { Values } from './variables.ts';

export const isAdminGuarded = ({ firstAdminKeys, requireAdminKey, adminMtlsCaFile }: Values): boolean =>
  requireAdminKey || firstAdminKeys.length > 0 || adminMtlsCaFile !== null;

const keysIn = (file: string): readonly string[] | string => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return `CLAVIGER_ADMIN_KEY_FILE names a file that cannot be read (${reason}): ${file}`;
  }
  const parsed = bearerTokens(text);
  return parsed.ok ? parsed.value : `The content of CLAVIGER_ADMIN_KEY_FILE must be ${parsed.right}.`;
};

/** Returns the values with the keys from the file, or what is wrong with the file. */
export const withAdminKeyFile = (values: Values): { readonly values: Values; readonly problems: readonly string[] } => {
  const { adminKeyFile, firstAdminKeys } = values;
  if (adminKeyFile === null) return { values, problems: [] };
  if (firstAdminKeys.length > 0) {
    return { values, problems: ['CLAVIGER_ADMIN_KEY and CLAVIGER_ADMIN_KEY_FILE are both set. Set only one of them.'] };
  }
  const keys = keysIn(adminKeyFile);
  return typeof keys === 'string'
    ? { values, problems: [keys] }
    : { values: { ...values, firstAdminKeys: keys }, problems: [] };
};
