// Finds the key that a request to the admin API carries (RFC 6750 §2.1), and what it allows.
import { type AdminKey, hasExpired } from '../../domain/admin-key.ts';
import { type AdminScope, adminScopes } from '../../domain/admin-scope.ts';
import { networkOf } from '../../domain/network.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { AdminKeyStore } from '../../ports/admin-key-store.ts';
import type { Clock, Digest } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { makeTooManyWrongGuesses } from '../token/wrong-guesses.ts';
import { adminKeyIdOf } from './admin-key-text.ts';

/** The holder of a key, or of a client certificate. */
export interface AdminCaller {
  /** `first` for a key of the settings; `certificate:` and a name for a client certificate. */
  readonly keyId: string;
  readonly scopes: ReadonlySet<AdminScope>;
}

export interface AdminPeer {
  readonly address: string;
}

/**
 * Throws or rejects with invalid_token: 401, or 429 after many wrong keys. A valid key is never refused because of wrong
 * ones. Answers synchronously for a key that was read within the current second.
 */
export type AuthenticateAdmin = (text: string, peer: AdminPeer) => AdminCaller | Promise<AdminCaller>;

export interface AdminKeyReader {
  readonly authenticate: AuthenticateAdmin;
  /** A deleted key is refused by this process immediately, and by others within a second. */
  forget(id: string): void;
}

interface Deps {
  readonly adminKeys: AdminKeyStore;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly settings: Pick<Settings, 'firstAdminKeys'>;
}

interface KnownKey {
  readonly key: AdminKey;
  readonly caller: AdminCaller;
}

const everything: AdminCaller = { keyId: 'first', scopes: new Set(adminScopes) };

export const makeAdminKeyReader = ({ adminKeys, clock, digest, settings }: Deps): AdminKeyReader => {
  const first = settings.firstAdminKeys.map((text) => digest.sha256(text));
  const tooMany = makeTooManyWrongGuesses(clock);
  let second: EpochSeconds | undefined;
  /** Cleared every second, which limits its size. Holds only keys that exist: invented ids must not fill the memory. */
  let recent = new Map<string, KnownKey>();

  const refuse = (id: string, { address }: AdminPeer): OAuthError =>
    tooMany(id, networkOf(address))
      ? new OAuthError('invalid_token', {
          status: 429,
          hint: 'The admin key is wrong, and there were many wrong keys within the last minute. A correct key is still accepted.',
        })
      : oauthError('invalid_token', 'The admin key is unknown, was deleted, or has expired.');

  const read = async (id: string): Promise<KnownKey | undefined> => {
    const into = recent;
    const key = await adminKeys.find(id);
    if (!key) return undefined;
    const known = { key, caller: { keyId: key.id, scopes: new Set(key.scopes) } };
    into.set(id, known);
    return known;
  };

  const check = (known: KnownKey | undefined, id: string, hash: string, peer: AdminPeer): AdminCaller => {
    if (!known || !digest.equal(known.key.hash, hash) || hasExpired(known.key, clock.now())) throw refuse(id, peer);
    return known.caller;
  };

  return {
    forget(id) {
      // A read that has already started may still return the key, so its result must not be cached either.
      recent = new Map([...recent].filter(([known]) => known !== id));
    },
    authenticate(text, peer) {
      const hash = digest.sha256(text);
      // Always compares with all of them, so that timing does not reveal which one matched.
      if (first.filter((known) => digest.equal(known, hash)).length > 0) return everything;
      const id = adminKeyIdOf(text);
      if (id === undefined) throw refuse('', peer);
      const now = clock.now();
      if (now !== second) {
        second = now;
        recent = new Map();
      }
      const known = recent.get(id);
      return known ? check(known, id, hash, peer) : read(id).then((found) => check(found, id, hash, peer));
    },
  };
};
