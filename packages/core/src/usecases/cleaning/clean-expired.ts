// The cleaner: one small batch of what has expired, out of every store, by one node at a time.
import { asHashed } from '../../domain/hashed.ts';
import { after, seconds } from '../../domain/time.ts';
import type { Stores } from '../../ports/stores.ts';
import type { System } from '../../ports/system.ts';
import type { CleanExpired, CleanResult } from '../../provider.ts';

/** A node that stops in the middle of its turn makes the others wait that long. */
const turn = seconds(60);

type Deps = Stores & { readonly system: Pick<System, 'clock' | 'digest'> };

/**
 * What must be kept is kept by the stores: used codes and rotated refresh tokens until they expire themselves, grants
 * while anything points at them, remembered consents until they end.
 */
export const makeCleanExpired = ({ claims, consents, flows, loginSessions, tokens, system }: Deps) => {
  const name = asHashed(system.digest.sha256('claviger/cleaner'));
  return async ({ limit, holder }: CleanExpired): Promise<CleanResult> => {
    const now = system.clock.now();
    if (!(await claims.claim({ name, holder, until: after(now, turn) }, now))) return { outcome: 'not-my-turn' };
    // A store that cannot be cleaned keeps no other from it; the first failure is told once all had their turn.
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
      claims: await attempt(claims.removeExpired(now, limit)),
    };
    if (failures.length > 0) throw failures[0];
    return { outcome: 'cleaned', ...removed };
  };
};
