// The reference ClientStore. Nothing awaits between reading and writing, so every command is atomic.
import type { Client } from '../domain/client.ts';
import type { ClientStore } from '../ports/client-store.ts';
import type { Page } from '../ports/paging.ts';
import { byCodePoint } from './code-point-order.ts';

export class MemoryClientStore implements ClientStore {
  readonly #clients = new Map<string, Client>();

  async create(client: Client): Promise<'created' | 'exists'> {
    if (this.#clients.has(client.id)) return 'exists';
    this.#clients.set(client.id, structuredClone(client));
    return 'created';
  }

  async find(id: string): Promise<Client | undefined> {
    return structuredClone(this.#clients.get(id));
  }

  async list({ limit, offset }: Page): Promise<readonly Client[]> {
    const sorted = [...this.#clients.values()].sort((a, b) => byCodePoint(a.id, b.id));
    return structuredClone(sorted.slice(offset, offset + limit));
  }

  async replace(client: Client, expectedVersion: number): Promise<'replaced' | 'stale'> {
    const stored = this.#clients.get(client.id);
    if (stored?.version !== expectedVersion || stored.incarnation !== client.incarnation) return 'stale';
    this.#clients.set(client.id, structuredClone(client));
    return 'replaced';
  }

  async remove(id: string): Promise<boolean> {
    return this.#clients.delete(id);
  }

  async removeUnchanged({
    id,
    version,
    incarnation,
  }: Pick<Client, 'id' | 'version' | 'incarnation'>): Promise<'removed' | 'stale'> {
    const stored = this.#clients.get(id);
    if (stored?.version !== version || stored.incarnation !== incarnation) return 'stale';
    this.#clients.delete(id);
    return 'removed';
  }
}
