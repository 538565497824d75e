// A private key of the signing set signs as soon as it is stored, so its public half must be available to verifiers.
import type { Jwk } from '../../domain/jwk.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import { halvesOf } from './key-ring.ts';

/** Throws invalid_request unless the public half of each private key is passed too, or is in the set. */
export const checkBothHalves = async (store: KeyStore, set: string, keys: readonly Jwk[]): Promise<void> => {
  if (set !== signingKeySet) return;
  const coming = new Set(keys.map(({ kid }) => kid));
  for (const { kid = '' } of keys) {
    if (!kid.startsWith('private:')) continue;
    const half = halvesOf(kid.slice('private:'.length)).public;
    if (!coming.has(half) && !(await store.find(set, half))) {
      throw oauthError(
        'invalid_request',
        `The key ${half} must be in the set already, or be added together with ${kid}.`,
      );
    }
  }
};
