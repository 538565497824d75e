// ClientStore in one table. A replacement requires the expected version.
import type { Client, ClientStore, Page } from '@claviger/core';
import { and, asc, eq, isNull, or, sql } from 'drizzle-orm';
import { type Database, once } from './database.ts';
import { given, givenRow } from './placeholders.ts';
import { fromRow, toRow } from './stored-metadata.ts';

const hasVersion = (clients: Database['tables']['clients']) =>
  and(
    eq(clients.version, sql.placeholder('expectedVersion')),
    or(isNull(clients.incarnation), eq(clients.incarnation, given('incarnation', clients.incarnation))),
  );

const prepare = ({ query, tables: { clients } }: Database) => {
  const isClient = eq(clients.id, given('id', clients.id));
  const isUnchanged = and(isClient, hasVersion(clients));
  return {
    create: query
      .insert(clients)
      .values(givenRow(clients))
      .onConflictDoNothing()
      .returning({ id: clients.id })
      .prepare('create client'),
    find: query.select().from(clients).where(isClient).prepare('find client'),
    list: query
      .select()
      .from(clients)
      .orderBy(asc(clients.id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset'))
      .prepare('list clients'),
    replace: query
      .update(clients)
      .set({
        version: given('version', clients.version),
        secretHash: given('secretHash', clients.secretHash),
        metadata: given('metadata', clients.metadata),
        incarnation: given('incarnation', clients.incarnation),
        createdAt: given('createdAt', clients.createdAt),
        updatedAt: given('updatedAt', clients.updatedAt),
      })
      .where(isUnchanged)
      .returning({ id: clients.id })
      .prepare('replace client'),
    remove: query.delete(clients).where(isClient).returning({ id: clients.id }).prepare('remove client'),
    removeUnchanged: query
      .delete(clients)
      .where(isUnchanged)
      .returning({ id: clients.id })
      .prepare('remove unchanged client'),
  };
};

export class SqlClientStore implements ClientStore {
  readonly #database: Database;
  readonly #statements: () => ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = once(() => prepare(database));
  }

  async create(client: Client): Promise<'created' | 'exists'> {
    const created = await this.#database.change(this.#statements().create, toRow(client));
    return created.length > 0 ? 'created' : 'exists';
  }

  async find(id: string): Promise<Client | undefined> {
    const [client] = await this.#database.run(this.#statements().find, { id });
    return client && fromRow(client);
  }

  async list(page: Page): Promise<readonly Client[]> {
    const { limit, offset } = page;
    return (await this.#database.run(this.#statements().list, { limit, offset })).map(fromRow);
  }

  async replace(client: Client, expectedVersion: number): Promise<'replaced' | 'stale'> {
    const replaced = await this.#database.change(this.#statements().replace, { ...toRow(client), expectedVersion });
    return replaced.length > 0 ? 'replaced' : 'stale';
  }

  async remove(id: string): Promise<boolean> {
    const removed = await this.#database.change(this.#statements().remove, { id });
    return removed.length > 0;
  }

  async removeUnchanged({
    id,
    version,
    incarnation,
  }: Pick<Client, 'id' | 'version' | 'incarnation'>): Promise<'removed' | 'stale'> {
    const given = { id, incarnation, expectedVersion: version };
    const removed = await this.#database.change(this.#statements().removeUnchanged, given);
    return removed.length > 0 ? 'removed' : 'stale';
  }
}
