// The file of an open SQLite database. When it is deleted or replaced, the process keeps writing to a file that no one else
// can see, and those writes are lost when it ends (SQLite, "How To Corrupt An SQLite Database File", 4.1).
import { statSync } from 'node:fs';
import { StoreUnavailable } from '@claviger/core';

/** How long a check of the file is valid for reads, in milliseconds. */
const lookCounts = 500;

export class SqliteFile {
  readonly #path: string | undefined;
  readonly #is: string;
  #looked = 0;

  /** Create it after the database was opened. `:memory:` has no file. */
  constructor(path: string) {
    this.#path = path === ':memory:' ? undefined : path;
    this.#is = this.#path === undefined ? '' : identityOf(this.#path);
  }

  /** Throws StoreUnavailable if the path leads to another file than the one that was opened, or to none. */
  demand(): void {
    if (this.#path === undefined) return;
    const now = identityOf(this.#path);
    if (now !== this.#is) throw new StoreUnavailable('sqlite', lost(now));
    this.#looked = performance.now();
  }

  /** Like `demand`, but checks at most every half second. */
  demandSometimes(): void {
    if (this.#path !== undefined && performance.now() - this.#looked > lookCounts) this.demand();
  }
}

/** '' when the file is missing or cannot be read. */
const identityOf = (path: string): string => {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
};

const lost = (now: string): Error =>
  new Error(
    now === ''
      ? 'The database file was deleted or moved while the server had it open. Put it back, or stop the server and restore a backup.'
      : 'The database file was replaced while the server had it open. Restart the server to use the new one.',
  );
