// Deletes a whole key set. Returns how many keys it had.
import type { KeyStore } from '../../ports/key-store.ts';

export const makeDeleteKeySet =
  (deps: { keys: KeyStore }) =>
  (set: string): Promise<number> =>
    deps.keys.removeSet(set);
