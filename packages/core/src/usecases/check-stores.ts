// Readiness: one cheap read of every port.
import { asHashed } from '../domain/hashed.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';
import type { StoreFailure } from '../provider.ts';

const nothing = asHashed('');

/** Returns the ports that do not answer, each with the reason. Empty when every port answers. */
export const makeCheckStores =
  ({ clock, ...stores }: Stores & { readonly clock: Clock }) =>
  async (): Promise<readonly StoreFailure[]> => {
    const now = clock.now();
    const reads: Readonly<Record<keyof Stores, () => Promise<unknown>>> = {
      clients: () => stores.clients.find(''),
      consents: () => stores.consents.findFor('', '', now),
      flows: () => stores.flows.find('', now),
      keys: () => stores.keys.find('', ''),
      leases: () => stores.leases.removeExpired(now, 0),
      loginSessions: () => stores.loginSessions.find(nothing, now),
      tokens: () => stores.tokens.findToken({ grantId: '', hash: nothing }, now),
    };
    const failures = await Promise.all(
      Object.entries(reads).map(([port, read]) =>
        read().then(
          () => [],
          (cause: unknown) => [{ port, cause }],
        ),
      ),
    );
    return failures.flat();
  };
