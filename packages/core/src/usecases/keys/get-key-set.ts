// Reads a whole key set, newest first.
import type { Jwk } from '../../domain/jwk.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import { openKey, type ShowKey } from './sealed-key.ts';

export const makeGetKeySet =
  (deps: { keys: KeyStore; system: Pick<System, 'cipher'>; showKey: ShowKey }) =>
  async (set: string): Promise<readonly Jwk[]> =>
    (await deps.keys.list(set)).map((stored) => deps.showKey(set, openKey(deps.system.cipher, stored)));
