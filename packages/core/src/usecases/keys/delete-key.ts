// Deletes one key. Whether there was one.
import type { KeyStore } from '../../ports/key-store.ts';

export const makeDeleteKey =
  (deps: { keys: KeyStore }) =>
  (set: string, kid: string): Promise<boolean> =>
    deps.keys.remove(set, kid);
