// One commit for all that one turn of the event loop writes to SQLite. A commit waits for the disk, and costs many times what
// a row does. At the end of the turn all its commands are run, in the order in which they came, and answered after the
// commit: nobody is told what a power cut could undo, and a lone command waits for nothing but the end of its turn.
import type { Database as Client } from 'better-sqlite3';
import { storeFailure } from './sqlite-failures.ts';

interface Waiting {
  /** Leaves its result behind. Throws when it fails. */
  readonly run: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

export class SharedCommit {
  readonly #client: Client;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #mark;
  readonly #undo;
  readonly #forgetMark;
  #waiting: Waiting[] = [];

  constructor(client: Client) {
    this.#client = client;
    // IMMEDIATE: the write lock is had, or waited for, before anything is read (SQLite, "Transactions").
    this.#begin = client.prepare('BEGIN IMMEDIATE');
    this.#commit = client.prepare('COMMIT');
    this.#rollback = client.prepare('ROLLBACK');
    this.#mark = client.prepare('SAVEPOINT command');
    this.#undo = client.prepare('ROLLBACK TO command');
    this.#forgetMark = client.prepare('RELEASE command');
  }

  /** Resolves with the command's result once it is committed. A command that fails undoes itself, and nothing else. */
  join<Result>(command: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      let result: { readonly is: Result } | undefined;
      this.#waiting.push({
        run: () => {
          result = { is: command() };
        },
        committed: () => result && resolve(result.is),
        failed: (error) => reject(storeFailure(error)),
      });
      if (this.#waiting.length === 1) setImmediate(() => this.settle());
    });
  }

  /** For a command of several statements: when one of them fails, what the others did is undone. */
  undoOnFailure<Result>(command: () => Result): Result {
    this.#mark.run();
    try {
      const result = command();
      this.#forgetMark.run();
      return result;
    } catch (error) {
      if (this.#client.inTransaction) {
        this.#undo.run();
        this.#forgetMark.run();
      }
      throw error;
    }
  }

  /** Runs and commits now what waits for the end of the turn. */
  settle(): void {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    try {
      this.#begin.run();
      const done = group.filter((one) => this.#succeeds(one));
      this.#commit.run();
      for (const { committed } of done) committed();
    } catch (error) {
      this.#undoAll();
      for (const { failed } of group) failed(error);
    }
  }

  #undoAll(): void {
    try {
      if (this.#client.inTransaction) this.#rollback.run();
    } catch {
      // The file is broken: whoever comes next is told so by BEGIN.
    }
  }

  #succeeds({ run, failed }: Waiting): boolean {
    try {
      run();
      return true;
    } catch (error) {
      // A full disk or a broken file makes SQLite roll back by itself, and takes the others along.
      if (!this.#client.inTransaction) throw error;
      failed(error);
      return false;
    }
  }
}
