// Saves one key under its own kid, in the place of one that had it.
import type { Jwk } from '../../domain/jwk.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import { checkBothHalves } from './both-halves.ts';
import { importableKey } from './importable-key.ts';
import { type ShowKey, sealKey } from './sealed-key.ts';

export const makePutKey =
  (deps: { keys: KeyStore; system: Pick<System, 'clock' | 'cipher' | 'keyOperations'>; showKey: ShowKey }) =>
  async (set: string, key: Jwk): Promise<Jwk> => {
    const jwk = await importableKey(deps.system.keyOperations, set, key, '');
    await checkBothHalves(deps.keys, set, [jwk]);
    await deps.keys.put(sealKey(deps.system.cipher, jwk, { set, createdAt: deps.system.clock.now() }));
    return deps.showKey(set, jwk);
  };
