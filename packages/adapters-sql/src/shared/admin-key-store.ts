// AdminKeyStore in one table.
import type { AdminKey, AdminKeyStore, Page } from '@claviger/core';
import { asc, eq, sql } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { given, givenRow } from './placeholders.ts';

const prepare = ({ query, tables: { adminKeys } }: Database) => {
  const isKey = eq(adminKeys.id, given('id', adminKeys.id));
  return {
    create: query
      .insert(adminKeys)
      .values(givenRow(adminKeys))
      .onConflictDoNothing()
      .returning({ id: adminKeys.id })
      .prepare('create admin key'),
    find: query.select().from(adminKeys).where(isKey).prepare('find admin key'),
    list: query
      .select()
      .from(adminKeys)
      .orderBy(asc(adminKeys.createdAt), asc(adminKeys.id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset'))
      .prepare('list admin keys'),
    remove: query.delete(adminKeys).where(isKey).returning({ id: adminKeys.id }).prepare('remove admin key'),
  };
};

export class SqlAdminKeyStore implements AdminKeyStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async create(key: AdminKey): Promise<'created' | 'exists'> {
    const created = await this.#database.change(this.#statements().create, { ...key });
    return created.length > 0 ? 'created' : 'exists';
  }

  async find(id: string): Promise<AdminKey | undefined> {
    const [key] = await this.#database.run(this.#statements().find, { id });
    return key;
  }

  async list({ limit, offset }: Page): Promise<readonly AdminKey[]> {
    return this.#database.run(this.#statements().list, { limit, offset });
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#database.change(this.#statements().remove, { id })).length > 0;
  }
}
