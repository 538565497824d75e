// Reads one key.
import type { Jwk } from '../../domain/jwk.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import { openKey, type ShowKey } from './sealed-key.ts';

export const makeGetKey =
  (deps: { keys: KeyStore; system: Pick<System, 'cipher'>; showKey: ShowKey }) =>
  async (set: string, kid: string): Promise<Jwk | undefined> => {
    const stored = await deps.keys.find(set, kid);
    return stored && deps.showKey(set, openKey(deps.system.cipher, stored));
  };
