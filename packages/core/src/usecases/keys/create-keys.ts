// Makes new keys in a set.
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import type { CreateKeys, KeysResult } from '../../provider.ts';
import { makeKeyPair } from './make-key-pair.ts';
import { type ShowKey, sealKey } from './sealed-key.ts';

/** As the 2018 API has them; RFC 7518 §3.3 asks for 2048 at least. */
const rsaBits = 4096;

export const makeCreateKeys =
  (deps: { keys: KeyStore; system: Pick<System, 'clock' | 'random' | 'cipher' | 'keyOperations'>; showKey: ShowKey }) =>
  async ({ set, alg, kid, use }: CreateKeys): Promise<KeysResult> => {
    const made = await makeKeyPair(deps.system, { alg, kid, use, rsaBits });
    const now = deps.system.clock.now();
    const saved = await deps.keys.add(made.map((jwk) => sealKey(deps.system.cipher, jwk, { set, createdAt: now })));
    return saved === 'exists'
      ? { outcome: 'exists' }
      : { outcome: 'added', keys: made.map((jwk) => deps.showKey(set, jwk)) };
  };
