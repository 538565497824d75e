import type { Client } from '../domain/client.ts';
import type { Page } from './paging.ts';

/** Registered clients. */
export interface ClientStore {
  /** Atomic. When two calls create the same id, one gets `created`; the other gets `exists` and changes nothing. */
  create(client: Client): Promise<'created' | 'exists'>;
  find(id: string): Promise<Client | undefined>;
  /** Sorted by id, ascending in code point order. */
  list(page: Page): Promise<readonly Client[]>;
  /**
   * Atomic. Replaces the whole client if the stored version is still `expectedVersion`. Returns `stale` and changes
   * nothing if the version differs, if the client was deleted, or if the stored client has another incarnation, because
   * it was deleted and created again.
   */
  replace(client: Client, expectedVersion: number): Promise<'replaced' | 'stale'>;
  /** Removes the client. Returns whether it existed. */
  remove(id: string): Promise<boolean>;
  /**
   * Atomic. Removes the client if the stored one still has the id, version and incarnation of `client`. Returns `stale`
   * and changes nothing if it differs or does not exist.
   */
  removeUnchanged(client: Pick<Client, 'id' | 'version' | 'incarnation'>): Promise<'removed' | 'stale'>;
}
