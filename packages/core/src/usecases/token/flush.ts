// Removes what has expired, in batches, until nothing is left to remove.
import type { EpochSeconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';

const batch = 500;

/** Expired codes and tokens that were issued before `issuedBefore` (null: now). Returns the number of rows removed. */
export const makeFlush =
  ({ clock, tokens }: { readonly clock: Clock; readonly tokens: TokenStore }) =>
  async (issuedBefore: EpochSeconds | null): Promise<number> => {
    const now = clock.now();
    let total = 0;
    for (;;) {
      const removed = await tokens.removeExpired({ now, issued: issuedBefore ?? now }, batch);
      total += removed;
      if (removed < batch) return total;
      // Other requests get their turn, also with a store that answers without waiting.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
