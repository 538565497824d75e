// Inspects the keys in Redis, and lets time pass there.
import { Redis } from 'ioredis';

export class Inspector {
  readonly #client: Redis;
  readonly #prefix: string;

  constructor(url: string, prefix: string) {
    this.#client = new Redis(url);
    this.#prefix = prefix;
  }

  /** Without the prefix, sorted. */
  async keys(): Promise<readonly string[]> {
    return (await this.#client.keys(`${this.#prefix}*`)).map((key) => key.slice(this.#prefix.length)).sort();
  }

  /** Keys without an expiry. */
  async lasting(): Promise<readonly string[]> {
    const keys = await this.keys();
    const ends = await Promise.all(keys.map((key) => this.#client.pttl(this.#prefix + key)));
    return keys.filter((_, index) => ends[index] === -1);
  }

  /** Moves the expiry of every key closer, as if this many seconds had passed. */
  async passTime(seconds: number): Promise<void> {
    for (const key of await this.keys()) {
      const left = await this.#client.pttl(this.#prefix + key);
      if (left > 0) await this.#client.pexpire(this.#prefix + key, left - seconds * 1000);
    }
  }

  /** Memory that Redis uses for a key, in bytes. */
  async sizeOf(key: string): Promise<number> {
    return Number(await this.#client.call('memory', 'usage', this.#prefix + key));
  }

  /** Runs a command on one of the keys. */
  call(name: string, key: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#client.call(name, this.#prefix + key, ...args);
  }

  close(): void {
    this.#client.disconnect();
  }
}
