// The reference LeaseStore.
import { type EpochSeconds, isPast } from '../domain/time.ts';
import type { Lease, LeaseStore } from '../ports/lease-store.ts';
import { removeWhere } from './removal.ts';

export class MemoryLeaseStore implements LeaseStore {
  readonly #leases = new Map<string, Lease>();

  async acquire(lease: Lease, now: EpochSeconds): Promise<boolean> {
    const current = this.#leases.get(lease.name);
    if (current && current.holder !== lease.holder && !isPast(current.until, now)) return false;
    this.#leases.set(lease.name, { ...lease });
    return true;
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return removeWhere(this.#leases, ({ until }) => isPast(until, now), limit);
  }
}
