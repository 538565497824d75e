import type { Client } from '../domain/client.ts';
import type { Page } from './paging.ts';

/** Registered clients. */
export interface ClientStore {
  /** Decides atomically: of two creations of one id, one is told `exists`, and changes nothing. */
  create(client: Client): Promise<'created' | 'exists'>;
  find(id: string): Promise<Client | undefined>;
  /** By id, ascending in code point order. */
  list(page: Page): Promise<readonly Client[]>;
  /**
   * Replaces the whole client if the stored version is still `expectedVersion`. `stale` also when it is gone, or when the
   * stored client has another incarnation: it was deleted and created again.
   */
  replace(client: Client, expectedVersion: number): Promise<'replaced' | 'stale'>;
  /** Whether there was one. */
  remove(id: string): Promise<boolean>;
}
