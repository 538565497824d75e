// Loads a native addon that is embedded in the binary. The system loads code only from files, so the addon is written to a
// private file, which is kept for the next start.
import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Throws an error that names TMPDIR if another folder is needed. */
export const loadAddon = (bytes: Uint8Array, parent = resolve(tmpdir())): object => {
  try {
    const module: { exports: object } = { exports: {} };
    process.dlopen(module, unpackAddon(bytes, parent));
    return module.exports;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The SQLite driver cannot be unpacked into ${parent} and loaded: ${reason}. ` +
        'Set TMPDIR to a folder that this user may write to and that is not mounted noexec.',
      { cause: error },
    );
  }
};

/** The path of a file with these bytes that only this user can have written. */
export const unpackAddon = (bytes: Uint8Array, parent: string): string => {
  const folder = join(parent, `claviger-${process.geteuid?.()}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  // Any user can create a folder of this name in /tmp. If it is private to this user, nobody else has written to it.
  if (!isPrivateFolder(folder)) throw new Error(`${folder} exists, but is not a private folder of this user`);
  const file = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.node`);
  if (!isOwnCopy(file, bytes)) place(file, bytes);
  return file;
};

const isPrivateFolder = (path: string): boolean => {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
};

const isOwnCopy = (file: string, bytes: Uint8Array): boolean => {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.uid === process.geteuid?.() && readFileSync(file).equals(bytes);
};

/** Renamed into place, so that concurrent starts never see half a file. A process that loaded the old file keeps it. */
const place = (file: string, bytes: Uint8Array): void => {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(draft, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
};
