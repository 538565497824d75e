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
  /**
   * Software that knows the schema up to this version keeps working after this migration. If it is the migration's own
   * version, no earlier software does. From the file's first line, `-- compatible_from: 1`.
   */
  readonly compatibleFrom: number;
}

const fileName = /^(?<version>\d{4})_[a-z0-9_]+\.sql$/;
const firstLine = /^-- compatible_from: (?<version>\d+)\n/;

/** The text of each file by its name. */
export type MigrationFiles = Readonly<Record<string, string>>;

/** Those of this package. */
export const migrationFilesOf = (database: 'postgres' | 'sqlite'): MigrationFiles =>
  readMigrationFiles(new URL(`../../../migrations/${database}/`, import.meta.url));

export const readMigrationFiles = (folder: URL): MigrationFiles =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
  );

/** Returns the migrations in order. */
export const migrationsIn = (files: MigrationFiles): readonly Migration[] =>
  Object.entries(files)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, sql], index) => {
      const version = Number(fileName.exec(file)?.groups?.version);
      if (version !== index + 1) throw new Error(`Migration ${file} is misnamed or out of sequence.`);
      const compatibleFrom = Number(firstLine.exec(sql)?.groups?.version);
      if (!(compatibleFrom >= 1 && compatibleFrom <= version)) {
        throw new Error(`Migration ${file} must begin with "-- compatible_from: N", N from 1 to ${version}.`);
      }
      return { version, name: file.slice(0, -'.sql'.length), sql, checksum: sha256(sql), compatibleFrom };
    });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
