// A fixed number of connections, each lent to one statement at a time: a statement that waits for a lock does not delay
// others. Every wait has a limit: for a connection, and for an answer.
import { StoreUnavailable } from '@claviger/core';
import { PostgresConnection, type SettingsBy, type Timeouts } from './connection.ts';
import { isAway, isRefusedSetting, isWorthRepeating, leavesConnectionUsable } from './failures.ts';
import { settingsFor } from './pooler.ts';
import type { PostgresAddress } from './url.ts';

interface Waiting {
  readonly take: (connection: PostgresConnection) => void;
  readonly giveUp: (error: Error) => void;
}

export interface PoolUsage {
  readonly limit: number;
  /** Connections that run a statement. */
  readonly used: number;
  readonly idle: number;
  /** Statements that wait for a connection. */
  readonly waiting: number;
  /** Since the start: statements that had to wait, and for how many seconds in total. */
  readonly waits: number;
  readonly waitSeconds: number;
}

/** This side's limit is later than the server's, because the server's error is more precise. Milliseconds. */
const slackMs = 500;

/** Maximum attempts of a command that the database cancels in favour of another one. */
const attempts = 10;

export class PostgresPool {
  readonly #address: PostgresAddress;
  readonly #timeouts: Timeouts;
  readonly #size: number;
  readonly #all = new Set<PostgresConnection>();
  readonly #idle: PostgresConnection[] = [];
  readonly #waiting = new Set<Waiting>();
  #settingsBy: SettingsBy | undefined;
  #asking: Promise<SettingsBy> | undefined;
  #closed = false;
  #waits = 0;
  #waitMs = 0;

  constructor(address: PostgresAddress, size: number, timeouts: Timeouts) {
    this.#address = address;
    this.#size = size;
    this.#timeouts = timeouts;
  }

  /** Runs one statement. Rejects with StoreUnavailable if no connection or no answer arrives in time. */
  async rows(text: string, parameters: readonly unknown[]): Promise<unknown[][]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#try(text, parameters);
      } catch (error) {
        if (isWorthRepeating(error)) {
          if (attempt === attempts) throw new StoreUnavailable('postgres', error);
          await pause(attempt * 5 * Math.random());
        } else throw isAway(error) ? new StoreUnavailable('postgres', error) : error;
      }
    }
  }

  /** Rejects with UnfitPooler when no command can work through the pooler that the URL leads to. */
  settingsBy(): Promise<SettingsBy> {
    if (this.#settingsBy !== undefined) return Promise.resolve(this.#settingsBy);
    this.#asking ??= settingsFor(this.#address, this.#timeouts)
      .then((answer) => {
        this.#settingsBy = answer;
        return answer;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  usage(): PoolUsage {
    const idle = this.#idle.length;
    return {
      limit: this.#size,
      used: this.#all.size - idle,
      idle,
      waiting: this.#waiting.size,
      waits: this.#waits,
      waitSeconds: this.#waitMs / 1000,
    };
  }

  /** Waits for statements in flight, within their time limit. Every later command rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting) waiting.giveUp(closed());
    await Promise.all([...this.#all].map((connection) => connection.end(this.#timeouts.statementMs + slackMs)));
  }

  async #try(text: string, parameters: readonly unknown[]): Promise<unknown[][]> {
    const connection = await this.#borrow();
    const { connectMs, statementMs } = this.#timeouts;
    let usable = false;
    try {
      const rows = await within(connectMs + statementMs + slackMs, connection.rows(text, parameters));
      usable = true;
      return rows;
    } catch (error) {
      usable = leavesConnectionUsable(error);
      // The address now leads to another server or pooler.
      if (isRefusedSetting(error)) this.#settingsBy = undefined;
      throw error;
    } finally {
      this.#giveBack(connection, usable);
    }
  }

  async #borrow(): Promise<PostgresConnection> {
    if (this.#closed) throw closed();
    if (this.#settingsBy === undefined) await this.settingsBy();
    if (this.#closed) throw closed();
    const free = this.#idle.pop() ?? this.#open();
    if (free) return free;
    return new Promise((resolve, reject) => {
      const start = performance.now();
      this.#waits += 1;
      const waiting: Waiting = {
        take: (connection) => {
          settle();
          resolve(connection);
        },
        giveUp: (error) => {
          settle();
          reject(error);
        },
      };
      const tooLate = new Error(`No free connection within ${this.#timeouts.connectMs} ms.`);
      const timer = setTimeout(() => waiting.giveUp(tooLate), this.#timeouts.connectMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        this.#waitMs += performance.now() - start;
      };
      this.#waiting.add(waiting);
    });
  }

  #open(): PostgresConnection | undefined {
    if (this.#all.size >= this.#size) return undefined;
    const connection = new PostgresConnection(this.#address, this.#timeouts, this.#settingsBy ?? 'startup');
    this.#all.add(connection);
    return connection;
  }

  #giveBack(connection: PostgresConnection, usable: boolean): void {
    if (!usable) {
      this.#all.delete(connection);
      connection.destroy();
    }
    if (this.#closed) return;
    const [next] = this.#waiting;
    const free = usable ? connection : next && this.#open();
    if (next && free) next.take(free);
    else if (free) this.#idle.push(free);
  }
}

const closed = (): Error => new Error('The stores were closed.');

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const within = <T>(ms: number, promise: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
    const settle =
      <Value>(how: (value: Value) => void) =>
      (value: Value): void => {
        clearTimeout(timer);
        how(value);
      };
    promise.then(settle(resolve), settle(reject));
  });
