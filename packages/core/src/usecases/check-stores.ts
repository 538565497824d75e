// Readiness: one cheap read of every port.
import { asHashed } from '../domain/hashed.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';

const nothing = asHashed('');

/** Rejects with an Error that names the ports which do not answer; its `cause` holds their errors. */
export const makeCheckStores =
  ({ clock, ...stores }: Stores & { readonly clock: Clock }) =>
  async (): Promise<void> => {
    const now = clock.now();
    const reads: Readonly<Record<keyof Stores, () => Promise<unknown>>> = {
      clients: () => stores.clients.find(''),
      consents: () => stores.consents.findFor('', '', now),
      flows: () => stores.flows.find('', now),
      keys: () => stores.keys.find('', ''),
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
    const failed = failures.flat();
    if (failed.length === 0) return;
    throw new Error(`These stores do not answer: ${failed.map(({ port }) => port).join(', ')}.`, { cause: failed });
  };
