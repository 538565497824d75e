// Adds keys that an administrator brings to a set: all of them, or none when a kid is taken.
import type { Jwk } from '../../domain/jwk.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import type { KeysResult } from '../../provider.ts';
import { checkBothHalves } from './both-halves.ts';
import { importableKey } from './importable-key.ts';
import { type ShowKey, sealKey } from './sealed-key.ts';

export const makeAddKeys =
  (deps: { keys: KeyStore; system: Pick<System, 'clock' | 'cipher' | 'keyOperations'>; showKey: ShowKey }) =>
  async (set: string, keys: readonly Jwk[]): Promise<KeysResult> => {
    const { keyOperations } = deps.system;
    const importable = await Promise.all(
      keys.map((jwk, index) => importableKey(keyOperations, set, jwk, `keys[${index}].`)),
    );
    if (new Set(importable.map(({ kid }) => kid)).size < importable.length) {
      throw oauthError('invalid_request', 'keys: two of them have the same kid.');
    }
    await checkBothHalves(deps.keys, set, importable);
    const now = deps.system.clock.now();
    const saved = await deps.keys.add(
      importable.map((jwk) => sealKey(deps.system.cipher, jwk, { set, createdAt: now })),
    );
    return saved === 'exists'
      ? { outcome: 'exists' }
      : { outcome: 'added', keys: importable.map((jwk) => deps.showKey(set, jwk)) };
  };
