// The migrations that come with this package: numbered SQL files, each known by the hash of its text.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export interface Migration {
  /** 1 for the first, without gaps. */
  readonly version: number;
  /** The file's name without `.sql`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

const fileName = /^(?<version>\d{4})_[a-z0-9_]+\.sql$/;

/** From `migrations/sqlite` of this package, in order. */
export const sqliteMigrations = (): readonly Migration[] =>
  readMigrations(new URL('../../migrations/sqlite/', import.meta.url));

export const readMigrations = (folder: URL): readonly Migration[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file, index) => {
      const version = Number(fileName.exec(file)?.groups?.version);
      if (version !== index + 1) throw new Error(`Migration ${file} is misnamed or out of sequence.`);
      const sql = readFileSync(new URL(file, folder), 'utf8');
      return { version, name: file.slice(0, -'.sql'.length), sql, checksum: sha256(sql) };
    });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
