// The reference AdminKeyStore. Nothing awaits between reading and writing, so every command is atomic.
import type { AdminKey } from '../domain/admin-key.ts';
import type { AdminKeyStore } from '../ports/admin-key-store.ts';
import type { Page } from '../ports/paging.ts';
import { byCodePoint } from './code-point-order.ts';

export class MemoryAdminKeyStore implements AdminKeyStore {
  readonly #keys = new Map<string, AdminKey>();

  async create(key: AdminKey): Promise<'created' | 'exists'> {
    if (this.#keys.has(key.id)) return 'exists';
    this.#keys.set(key.id, structuredClone(key));
    return 'created';
  }

  async find(id: string): Promise<AdminKey | undefined> {
    return structuredClone(this.#keys.get(id));
  }

  async list({ limit, offset }: Page): Promise<readonly AdminKey[]> {
    const sorted = [...this.#keys.values()].sort((a, b) => a.createdAt - b.createdAt || byCodePoint(a.id, b.id));
    return structuredClone(sorted.slice(offset, offset + limit));
  }

  async remove(id: string): Promise<boolean> {
    return this.#keys.delete(id);
  }
}
