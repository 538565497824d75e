// The cleaner removes one small batch of expired rows from every store. One node cleans at a time.
import { asHashed } from '../../domain/hashed.ts';
import { after, seconds } from '../../domain/time.ts';
import type { Stores } from '../../ports/stores.ts';
import type { System } from '../../ports/system.ts';

export interface CleanExpired {
  /** Maximum number of rows of each kind. */
  readonly limit: number;
  /** The node's own name, which no other node has. It holds the cleaning lease for a minute after each batch. */
  readonly holder: string;
}

export type CleanResult =
  | {
      readonly outcome: 'cleaned';
      readonly flows: number;
      readonly loginSessions: number;
      readonly consents: number;
      /** Codes, tokens and grants. */
      readonly tokens: number;
      /** Leases that have ended, one-time values included. */
      readonly leases: number;
    }
  | { readonly outcome: 'lease-not-acquired' };

/** The lease of the node that cleans. The other nodes wait this long for a node that stopped while cleaning. */
const leaseDuration = seconds(60);

type Deps = Stores & { readonly system: Pick<System, 'clock' | 'digest'> };

/**
 * Each store decides what has expired. It keeps used codes and rotated refresh tokens until their own expiry, grants as
 * long as a code or token belongs to them, and remembered consents until they end.
 */
export const makeCleanExpired = ({ consents, flows, leases, loginSessions, tokens, system }: Deps) => {
  const name = asHashed(system.digest.sha256('claviger/cleaner'));
  return async ({ limit, holder }: CleanExpired): Promise<CleanResult> => {
    const now = system.clock.now();
    if (!(await leases.acquire({ name, holder, until: after(now, leaseDuration) }, now)))
      return { outcome: 'lease-not-acquired' };
    // A store that fails does not stop the cleaning of the others. The first failure is thrown at the end.
    const failures: unknown[] = [];
    const attempt = (removed: Promise<number>): Promise<number> =>
      removed.catch((error: unknown) => {
        failures.push(error);
        return 0;
      });
    const removed = {
      flows: await attempt(flows.removeExpired(now, limit)),
      loginSessions: await attempt(loginSessions.removeExpired(now, limit)),
      consents: await attempt(consents.removeExpired(now, limit)),
      tokens: await attempt(tokens.removeExpired({ now, issued: now }, limit)),
      leases: await attempt(leases.removeExpired(now, limit)),
    };
    if (failures.length > 0) throw failures[0];
    return { outcome: 'cleaned', ...removed };
  };
};
