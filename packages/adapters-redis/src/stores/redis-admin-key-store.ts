// AdminKeyStore in one hash, by id. There are few keys, so a list reads them all. Each command is a single
// Redis command, so it is atomic.
import type { AdminKey, AdminKeyStore, Page } from '@claviger/core';
import { type Connection, isText, textsOf } from '../connection.ts';
import type { Keys } from '../keys.ts';

export class RedisAdminKeyStore implements AdminKeyStore {
  readonly #connection: Connection;
  readonly #key: string;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#key = keys.adminKeys();
  }

  async create(key: AdminKey): Promise<'created' | 'exists'> {
    const isNew = await this.#connection.command('hsetnx', this.#key, key.id, JSON.stringify(key));
    return isNew === 1 ? 'created' : 'exists';
  }

  async find(id: string): Promise<AdminKey | undefined> {
    const text = await this.#connection.command('hget', this.#key, id);
    return isText(text) ? JSON.parse(text) : undefined;
  }

  async list({ limit, offset }: Page): Promise<readonly AdminKey[]> {
    const texts = textsOf(await this.#connection.command('hvals', this.#key));
    const keys = texts.map((text): AdminKey => JSON.parse(text));
    return keys.sort(byAge).slice(offset, offset + limit);
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#connection.command('hdel', this.#key, id)) === 1;
  }
}

/** The byte order of UTF-8 is the order of code points. */
const byAge = (a: AdminKey, b: AdminKey): number =>
  a.createdAt - b.createdAt || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
