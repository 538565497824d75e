// One commit for all that one turn of the event loop writes to SQLite. A commit waits for the disk, and costs many times what
// a row does. At the end of the turn all its commands are run, in the order in which they came, and answered after the
// commit: nobody is told what a power cut could undo, and a lone command waits for nothing but the end of its turn.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Database as Client } from 'better-sqlite3';
import { isBusy, pauseWhenBusy } from './busy.ts';
import { storeFailure } from './failures.ts';
import type { SqliteFile } from './file.ts';

interface Waiting {
  /** Leaves its result behind. Throws when it fails. */
  readonly run: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
  /** When it is given up because another process writes. From its first attempt on. */
  deadline: number | undefined;
}

export class SharedCommit {
  readonly #client: Client;
  readonly #file: SqliteFile;
  readonly #busyMs: number;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #mark;
  readonly #undo;
  readonly #forgetMark;
  #waiting: Waiting[] = [];
  #nextAttempt: NodeJS.Timeout | undefined;

  /** `busyMs`: how long a command waits for another process that writes. */
  constructor(client: Client, file: SqliteFile, busyMs: number) {
    this.#client = client;
    this.#file = file;
    this.#busyMs = busyMs;
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
        deadline: undefined,
      });
      if (this.#waiting.length === 1) setImmediate(() => this.#attempt());
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

  /** Runs and commits now what waits for the end of the turn. Resolves when nothing waits any more. */
  async settle(): Promise<void> {
    this.#attempt();
    while (this.#waiting.length > 0) await sleep(pauseWhenBusy());
  }

  #attempt(): void {
    clearTimeout(this.#nextAttempt);
    const group = this.#waiting;
    if (group.length === 0) return;
    try {
      this.#begin.run();
    } catch (error) {
      if (isBusy(error)) this.#postpone(error);
      else {
        this.#waiting = [];
        for (const { failed } of group) failed(error);
      }
      return;
    }
    this.#waiting = [];
    this.#carryOut(group);
  }

  /** Another process writes: the whole group, and what joins it meanwhile, comes later. */
  #postpone(error: unknown): void {
    const now = performance.now();
    const [late, patient]: [Waiting[], Waiting[]] = [[], []];
    for (const one of this.#waiting) {
      one.deadline ??= now + this.#busyMs;
      (one.deadline <= now ? late : patient).push(one);
    }
    this.#waiting = patient;
    for (const { failed } of late) failed(error);
    if (patient.length > 0) this.#nextAttempt = setTimeout(() => this.#attempt(), pauseWhenBusy());
  }

  #carryOut(group: readonly Waiting[]): void {
    try {
      const done = group.filter((one) => this.#succeeds(one));
      this.#commit.run();
      // Nobody is told of a change in a file that is not there any more.
      this.#file.demand();
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
