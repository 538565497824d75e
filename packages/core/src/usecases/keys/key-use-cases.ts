// Administration of key sets. A change to the set that signs is felt at once on this node.
import { signingKeySet } from '../../domain/stored-key.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { System } from '../../ports/system.ts';
import type { AdminUseCases } from '../../provider.ts';
import type { Settings } from '../../settings.ts';
import { makeAddKeys } from './add-keys.ts';
import { makeCreateKeys } from './create-keys.ts';
import { makeDeleteKey } from './delete-key.ts';
import { makeDeleteKeySet } from './delete-key-set.ts';
import { makeGetKey } from './get-key.ts';
import { makeGetKeySet } from './get-key-set.ts';
import { makePutKey } from './put-key.ts';
import { makeShowKey } from './sealed-key.ts';

type KeyUseCases = Pick<
  AdminUseCases,
  'createKeys' | 'getKeySet' | 'addKeys' | 'deleteKeySet' | 'getKey' | 'putKey' | 'deleteKey'
>;

interface Wiring {
  readonly keys: KeyStore;
  readonly system: System;
  readonly settings: Pick<Settings, 'showSigningKeys'>;
}

export const makeKeyUseCases = ({ keys, system, settings }: Wiring, signingKeysChanged: () => void): KeyUseCases => {
  const deps = { keys, system, showKey: makeShowKey(settings) };
  const createKeys = makeCreateKeys(deps);
  const addKeys = makeAddKeys(deps);
  const deleteKeySet = makeDeleteKeySet(deps);
  const putKey = makePutKey(deps);
  const deleteKey = makeDeleteKey(deps);

  const noticing = async <T>(set: string, change: Promise<T>): Promise<T> => {
    const result = await change;
    if (set === signingKeySet) signingKeysChanged();
    return result;
  };

  return {
    getKeySet: makeGetKeySet(deps),
    getKey: makeGetKey(deps),
    createKeys: (command) => noticing(command.set, createKeys(command)),
    addKeys: (set, keys) => noticing(set, addKeys(set, keys)),
    deleteKeySet: (set) => noticing(set, deleteKeySet(set)),
    putKey: (set, key) => noticing(set, putKey(set, key)),
    deleteKey: (set, kid) => noticing(set, deleteKey(set, kid)),
  };
};
