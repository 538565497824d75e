// One commit for everything that one turn of the event loop writes to SQLite. A commit waits for the disk, and costs many
// times as much as a row. At the end of the turn its commands run in order, and resolve after the commit, so no caller learns
// of a change that a power cut could undo. A lone command only waits for the end of its turn.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Database as Client } from 'better-sqlite3';
import { isBusy, pauseWhenBusy } from './busy.ts';
import { storeFailure } from './failures.ts';
import type { SqliteFile } from './file.ts';

interface Waiting {
  /** Runs the command and keeps its result. Throws when it fails. */
  readonly run: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
  /** The time at which the command fails if another process still writes. Set at the first attempt. */
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
    // IMMEDIATE: takes the write lock before anything is read (SQLite, "Transactions").
    this.#begin = client.prepare('BEGIN IMMEDIATE');
    this.#commit = client.prepare('COMMIT');
    this.#rollback = client.prepare('ROLLBACK');
    this.#mark = client.prepare('SAVEPOINT command');
    this.#undo = client.prepare('ROLLBACK TO command');
    this.#forgetMark = client.prepare('RELEASE command');
  }

  /** Resolves with the command's result once it is committed. A command that fails does not affect the others. */
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

  /** For a command of several statements: when one fails, the changes of the others are undone. */
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

  /** Runs and commits waiting commands without waiting for the end of the turn. Resolves when none waits. */
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

  /** Another process writes: the whole group runs later, together with commands that arrive until then. */
  #postpone(error: unknown): void {
    const now = performance.now();
    const [late, stillWaiting]: [Waiting[], Waiting[]] = [[], []];
    for (const one of this.#waiting) {
      one.deadline ??= now + this.#busyMs;
      (one.deadline <= now ? late : stillWaiting).push(one);
    }
    this.#waiting = stillWaiting;
    for (const { failed } of late) failed(error);
    if (stillWaiting.length > 0) this.#nextAttempt = setTimeout(() => this.#attempt(), pauseWhenBusy());
  }

  #carryOut(group: readonly Waiting[]): void {
    try {
      const done = group.filter((one) => this.#succeeds(one));
      this.#commit.run();
      // A change in a file that was removed or replaced is lost: report a failure.
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
      // The file is broken: BEGIN fails for the next commands.
    }
  }

  #succeeds({ run, failed }: Waiting): boolean {
    try {
      run();
      return true;
    } catch (error) {
      // On a full disk or a broken file SQLite rolls back the transaction, with the other commands.
      if (!this.#client.inTransaction) throw error;
      failed(error);
      return false;
    }
  }
}
