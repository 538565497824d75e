// Readiness: one cheap read of every port, and whether the signing keys can be opened.
import { asHashed } from '../domain/hashed.ts';
import { type StoredKey, signingKeySet } from '../domain/stored-key.ts';
import { type PortName, portNames, type Stores } from '../ports/stores.ts';
import type { Cipher, System } from '../ports/system.ts';
import { openKey } from './keys/sealed-key.ts';

export interface StoreFailure {
  /** What is wrong, in a text that any caller may see. Absent if the store does not answer. */
  readonly problem?: string;
  readonly port: PortName;
  /** Only for the log, because it may name hosts. */
  readonly cause: unknown;
}

const nothing = asHashed('');

/** A server that cannot open its signing keys is not ready, even if their store answers. */
class UnreadableKey extends Error {
  override readonly name = 'UnreadableKey';

  constructor(cause: unknown) {
    super(
      'A signing key cannot be opened, because it was sealed with another system secret. All nodes need the same one. ' +
        'If the secret was changed, set the old one too, after the new one, and run the command "reseal".',
      { cause },
    );
  }
}

const openAll = (cipher: Cipher, stored: readonly StoredKey[]): void => {
  for (const key of stored) {
    try {
      openKey(cipher, key);
    } catch (error) {
      throw new UnreadableKey(error);
    }
  }
};

/** Returns the ports that do not answer, each with the reason. Empty when every port answers. */
export const makeCheckStores =
  ({ clock, cipher, ...stores }: Stores & Pick<System, 'clock' | 'cipher'>) =>
  async (): Promise<readonly StoreFailure[]> => {
    const now = clock.now();
    const reads: Readonly<Record<PortName, () => Promise<unknown>>> = {
      adminKeys: () => stores.adminKeys.find(''),
      clients: () => stores.clients.find(''),
      consents: () => stores.consents.findFor('', '', now),
      flows: () => stores.flows.find('', now),
      keys: async () => openAll(cipher, await stores.keys.list(signingKeySet)),
      leases: () => stores.leases.removeExpired(now, 0),
      loginSessions: () => stores.loginSessions.find(nothing, now),
      tokens: () => stores.tokens.findToken({ grantId: '', hash: nothing }, now),
    };
    const failures = await Promise.all(
      portNames.map((port) =>
        reads[port]().then(
          () => [],
          (cause: unknown) => [
            cause instanceof UnreadableKey ? { port, cause, problem: cause.message } : { port, cause },
          ],
        ),
      ),
    );
    return failures.flat();
  };
