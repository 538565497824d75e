// The system secrets in use. That of a development server is generated once and kept in the data folder. Never printed.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inMemory } from './config/dsn.ts';
import type { Config } from './config.ts';

export interface SecretsInUse {
  readonly systemSecrets: readonly [string, ...(readonly string[])];
  readonly warnings: readonly string[];
}

/** readConfig has made sure that only a development server comes here without a secret. */
export const systemSecretsOf = async ({ systemSecrets, stores, dataFolder }: Config): Promise<SecretsInUse> => {
  const [first, ...others] = systemSecrets ?? [];
  if (first !== undefined) return { systemSecrets: [first, ...others], warnings: [] };
  // What is kept in memory does not outlive its secret, which then needs no file.
  const isBrief = Object.values(stores).every((dsn) => dsn.kind === 'sqlite' && dsn.file === inMemory);
  if (isBrief) return { systemSecrets: [randomBytes(32).toString('base64url')], warnings: [] };
  const { secret, file, isNew } = await keepSystemSecret(dataFolder).catch((error: unknown) => {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Error(`Cannot use the data folder ${dataFolder} (CLAVIGER_DATA_DIR): ${error.message}`, { cause: error });
  });
  const warning = isNew
    ? `CLAVIGER_SYSTEM_SECRET is not set: the server generated one in ${file}. Tokens and keys are unusable without that file.`
    : `CLAVIGER_SYSTEM_SECRET is not set: using the one in ${file}.`;
  return { systemSecrets: [secret], warnings: [warning] };
};

export interface KeptSecret {
  readonly secret: string;
  readonly file: string;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

const fileName = 'system-secret';

/** Servers that start concurrently all get the same secret. Rejects when the file is damaged. */
export const keepSystemSecret = async (dataFolder: string): Promise<KeptSecret> => {
  const file = join(dataFolder, fileName);
  const existing = await readSecret(file);
  if (existing !== undefined) return { secret: existing, file, isNew: false };

  const drawn = randomBytes(32).toString('base64url');
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  try {
    await writeDurably(draft, drawn);
    // The file appears complete, or not at all, and only once: a process that comes second uses the existing one.
    await link(draft, file);
    return { secret: drawn, file, isNew: true };
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const winner = await readSecret(file);
  if (winner === undefined) throw new Error(`${file} was created and deleted while the server started.`);
  return { secret: winner, file, isNew: false };
};

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const readSecret = async (file: string): Promise<string | undefined> => {
  try {
    const secret = (await readFile(file, 'utf8')).trim();
    if (Buffer.byteLength(secret) < 16) throw new Error(`${file} does not contain a system secret.`);
    return secret;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** A secret that is lost after a power cut takes all stored keys along. */
const writeDurably = async (file: string, text: string): Promise<void> => {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};
