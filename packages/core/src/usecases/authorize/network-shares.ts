// How many pending flows each network began in this process. A stranger must not be able to fill the limit on pending
// flows for everybody else.
import type { EpochSeconds } from '../../domain/time.ts';

interface Begun {
  readonly network: string;
  readonly expiresAt: EpochSeconds;
}

export class NetworkShares {
  readonly #most: number;
  /** By flow. All flows last equally long, so the first one expires first. */
  readonly #begun = new Map<string, Begun>();
  /** By network. */
  readonly #counts = new Map<string, number>();

  /** `most` is the number of pending flows that each network may have. */
  constructor(most: number) {
    this.#most = most;
  }

  isUsedUp(network: string, now: EpochSeconds): boolean {
    for (const [flowId, { expiresAt }] of this.#begun) {
      if (expiresAt > now) break;
      this.end(flowId);
    }
    return (this.#counts.get(network) ?? 0) >= this.#most;
  }

  begin(flowId: string, network: string, expiresAt: EpochSeconds): void {
    this.#begun.set(flowId, { network, expiresAt });
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
  }

  /** Does nothing for a flow that began elsewhere. */
  end(flowId: string): void {
    const begun = this.#begun.get(flowId);
    if (begun === undefined) return;
    this.#begun.delete(flowId);
    const left = (this.#counts.get(begun.network) ?? 0) - 1;
    if (left > 0) this.#counts.set(begun.network, left);
    else this.#counts.delete(begun.network);
  }
}
