import type { AdminKey } from '../domain/admin-key.ts';
import type { Page } from './paging.ts';

/** Keys of the admin API. Their texts are never stored. An expired key stays until an administrator removes it. */
export interface AdminKeyStore {
  /** Atomic. When two calls create the same id, one gets `created`; the other gets `exists` and changes nothing. */
  create(key: AdminKey): Promise<'created' | 'exists'>;
  find(id: string): Promise<AdminKey | undefined>;
  /** Oldest first: by `createdAt`, then by id in code point order. */
  list(page: Page): Promise<readonly AdminKey[]>;
  /** Atomic. Removes the key. Returns whether it existed: of two concurrent removals, one gets true. */
  remove(id: string): Promise<boolean>;
}
