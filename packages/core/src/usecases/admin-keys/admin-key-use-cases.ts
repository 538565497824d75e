// Keys of the admin API: their holders create, list and delete them.
import type { AdminKey } from '../../domain/admin-key.ts';
import type { AdminScope } from '../../domain/admin-scope.ts';
import type { Origin } from '../../domain/event.ts';
import { type EpochSeconds, isPast } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { AdminKeyStore } from '../../ports/admin-key-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { Page } from '../../ports/paging.ts';
import type { System } from '../../ports/system.ts';
import { mintAdminKey } from './admin-key-text.ts';

export interface CreateAdminKey {
  /** A label for people, 1 to 200 characters. */
  readonly name: string;
  /** At least one. */
  readonly scopes: readonly AdminScope[];
  /** null: never. */
  readonly expiresAt: EpochSeconds | null;
  /** What the caller itself may do. It cannot give a key any other scope. */
  readonly granting: ReadonlySet<AdminScope>;
}

export interface CreatedAdminKey {
  readonly key: AdminKey;
  /** Shown once; it cannot be read again. */
  readonly text: string;
}

export interface AdminKeyUseCases {
  /** Throws invalid_request, or insufficient_scope for a scope that the caller lacks. */
  createAdminKey(command: CreateAdminKey, origin?: Origin): Promise<CreatedAdminKey>;
  getAdminKey(id: string): Promise<AdminKey | undefined>;
  /** Oldest first, expired keys included. */
  listAdminKeys(page: Page): Promise<readonly AdminKey[]>;
  /** Returns whether the key existed. This process refuses it immediately, others within a second. */
  deleteAdminKey(id: string, origin?: Origin): Promise<boolean>;
}

interface Deps {
  readonly adminKeys: AdminKeyStore;
  readonly system: Pick<System, 'clock' | 'digest' | 'random'>;
  readonly events: EventSink | null;
}

const longestName = 200;

export const makeAdminKeyUseCases = (
  { adminKeys, system, events }: Deps,
  forget: (id: string) => void,
): AdminKeyUseCases => ({
  async createAdminKey({ name, scopes, expiresAt, granting }, origin) {
    const now = system.clock.now();
    if (name.trim() === '' || name.length > longestName || name.includes('\0')) {
      throw oauthError('invalid_request', `The member "name" must have 1 to ${longestName} characters, and no NUL.`);
    }
    if (scopes.length === 0) throw oauthError('invalid_request', 'The member "scopes" must name at least one scope.');
    if (expiresAt !== null && isPast(expiresAt, now)) {
      throw oauthError('invalid_request', 'The member "expires_at" must be in the future.');
    }
    const lacking = scopes.find((scope) => !granting.has(scope));
    if (lacking !== undefined) {
      throw oauthError(
        'insufficient_scope',
        `The admin key that creates another one lacks the scope "${lacking}" itself.`,
      );
    }
    const { id, hash, text } = mintAdminKey(system);
    const key: AdminKey = { id, hash, name, scopes: [...new Set(scopes)], createdAt: now, expiresAt };
    if ((await adminKeys.create(key)) === 'exists')
      throw new Error('The id that was generated for an admin key is taken.');
    events?.record({ type: 'AdminKeyCreated', keyId: id, name, scopes: key.scopes, origin });
    return { key, text };
  },

  getAdminKey: (id) => adminKeys.find(id),

  listAdminKeys: (page) => adminKeys.list(page),

  async deleteAdminKey(id, origin) {
    const key = await adminKeys.find(id);
    const existed = await adminKeys.remove(id);
    forget(id);
    if (existed && key) {
      events?.record({ type: 'AdminKeyDeleted', keyId: id, name: key.name, scopes: key.scopes, origin });
    }
    return existed;
  },
});
