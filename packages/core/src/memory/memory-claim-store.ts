// The reference ClaimStore.
import { type EpochSeconds, isPast } from '../domain/time.ts';
import type { Claim, ClaimStore } from '../ports/claim-store.ts';
import { removeWhere } from './removal.ts';

export class MemoryClaimStore implements ClaimStore {
  readonly #claims = new Map<string, Claim>();

  async claim(claim: Claim, now: EpochSeconds): Promise<boolean> {
    const current = this.#claims.get(claim.name);
    if (current && current.holder !== claim.holder && !isPast(current.until, now)) return false;
    this.#claims.set(claim.name, { ...claim });
    return true;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return removeWhere(this.#claims, ({ until }) => isPast(until, now), limit);
  }
}
