// The connection that all stores share. It runs commands and scripts with a time limit, and removes passwords and values
// from errors: ioredis attaches the arguments of a command to its errors.
import { StoreUnavailable } from '@claviger/core';
import { Cluster, type Redis } from 'ioredis';
import type { Script } from './script.ts';

export type Argument = string | number;

/**
 * Error replies that may pass: the server recovers, or an operator adds memory or a disk, or grants the account a right.
 * Servers before 7.0 wrap an error inside a script in another error.
 */
const states =
  'LOADING|BUSY|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|OOM|MISCONF|NOREPLICAS|MOVED|ASK|NOPERM|NOAUTH|WRONGPASS|DENIED';
const passing = new RegExp(
  `^-?(${states})\\b|^ERR (max number of clients|unknown command|.* -(${states})\\b|.*(has no permissions|can't run this command|can't access at least one of the keys))`,
);

/** Members per page: large enough to be fast, small enough not to block the server. */
const scanCount = 500;

export class Connection {
  readonly #client: Redis | Cluster;

  constructor(client: Redis | Cluster) {
    this.#client = client;
  }

  /** Runs one command. */
  async command(name: string, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#client.call(name, ...args);
    } catch (error) {
      throw withoutArguments(error);
    }
  }

  /** Runs a script by its hash; sends the text if the server does not know it (after a restart, failover or flush). */
  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#client.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw withoutArguments(error);
    }
    return this.command('eval', script.lua, keys.length, ...keys, ...args);
  }

  /** Every member of a sorted set. May miss members that change during the call, and return a member twice. */
  async *members(key: string): AsyncGenerator<readonly string[]> {
    let cursor = '0';
    do {
      const reply = await this.command('zscan', key, cursor, 'count', scanCount);
      const [next, page] = Array.isArray(reply) ? reply : [];
      cursor = String(next ?? '0');
      yield textsOf(page).filter((_, index) => index % 2 === 0);
    } while (cursor !== '0');
  }

  /** Every key with this prefix; may miss keys that change during the call. Scans all masters: only for rare commands. */
  async keysBeginning(beginning: string): Promise<readonly string[]> {
    const pattern = `${beginning.replaceAll(/[*?[\]\\]/g, '\\$&')}*`;
    const masters = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    const found = new Set<string>();
    for (const master of masters) {
      let cursor = '0';
      do {
        const reply = await master.call('scan', cursor, 'match', pattern, 'count', 1000).catch((error: unknown) => {
          throw withoutArguments(error);
        });
        const [next, page] = Array.isArray(reply) ? reply : [];
        cursor = String(next ?? '0');
        for (const key of textsOf(page)) found.add(key);
      } while (cursor !== '0');
    }
    return [...found];
  }

  /** Sends a command without keys to each master. */
  async onEachMaster(name: string, ...args: readonly Argument[]): Promise<readonly unknown[]> {
    const masters = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    if (masters.length === 0) throw new StoreUnavailable('redis', new Error('No master is connected.'));
    try {
      return await Promise.all(masters.map((master) => master.call(name, ...args)));
    } catch (error) {
      throw withoutArguments(error);
    }
  }

  /** Afterwards every command rejects. Waits for outstanding replies, within the time limit of a command. */
  async close(): Promise<void> {
    await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
  }
}

export const withoutArguments = (error: unknown): Error => {
  const message = error instanceof Error ? error.message : String(error);
  const isReply = error instanceof Error && error.name === 'ReplyError';
  if (isReply && !passing.test(message)) return new Error(`Redis: ${message.split(', with args beginning with')[0]}`);
  return new StoreUnavailable('redis', new Error(message));
};

export const isText = (value: unknown): value is string => typeof value === 'string';

/** A reply that must be an array of texts. */
export const textsOf = (reply: unknown): readonly string[] => {
  if (!Array.isArray(reply) || !reply.every(isText)) throw new TypeError('Redis answered with another type.');
  return reply;
};
