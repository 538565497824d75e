// The limit on pending flows. Anyone can begin a flow, and each is stored for minutes. Without a limit, strangers could
// fill the store.
//
// Every process counts the flows that began in it, minus those that ended in it. A flow that never ends is counted
// until it expires. The processes exchange their counts in the background (`share`), so that beginning a flow costs no
// round trip. Between two exchanges a process knows its own count exactly, but not the flows that begin elsewhere. The
// total can exceed the limit by the number of flows that begin in that time.
import type { Flow } from '../../domain/flow.ts';
import { networkOf } from '../../domain/network.ts';
import { after, type EpochSeconds, seconds } from '../../domain/time.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { Clock, Random } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { NetworkShares } from './network-shares.ts';

interface Deps {
  readonly flows: FlowStore;
  readonly settings: Pick<
    Settings,
    'flowLifespan' | 'maxPendingFlows' | 'maxPendingFlowsPerProcess' | 'maxPendingFlowsPerNetwork'
  >;
  readonly clock: Clock;
  readonly random: Random;
}

/** Flows are counted together by expiry, in intervals of this many seconds. */
const grain = 10;

/** The result of an older exchange is ignored. */
const longestValid = seconds(60);

export interface PendingFlowCounts {
  /** Flows that began here, minus those that ended here. */
  readonly here: number;
  /** The same count of all processes together, as of the last exchange. */
  readonly everywhere: number;
  /** Refused here since the start. */
  readonly refused: number;
}

type BegunFlow = Pick<Flow, 'id' | 'expiresAt'>;

export class PendingFlows {
  readonly #deps: Deps;
  readonly #holder: string;
  /** By expiry. */
  readonly #counts = new Map<number, number>();
  #swept = 0;
  #here = 0;
  #refused = 0;
  #exchanged: { readonly here: number; readonly everywhere: number; readonly at: EpochSeconds } | null = null;

  /** null: no limit for one network. */
  readonly #shares: NetworkShares | null;

  constructor(deps: Deps) {
    const most = deps.settings.maxPendingFlowsPerNetwork;
    this.#shares = most > 0 ? new NetworkShares(most) : null;
    this.#deps = deps;
    this.#holder = deps.random.uuid();
  }

  /**
   * Counts a flow that is about to be stored. Returns false, and does not count it, if there are too many, in all or from
   * the address's network.
   */
  begin({ id, expiresAt }: BegunFlow, { address }: { readonly address: string }, now: EpochSeconds): boolean {
    const { maxPendingFlows, maxPendingFlowsPerProcess } = this.#deps.settings;
    this.#sweep(now);
    const network = this.#shares === null ? '' : networkOf(address);
    const isFull =
      (this.#shares?.isUsedUp(network, now) ?? false) ||
      (maxPendingFlowsPerProcess > 0 && this.#here >= maxPendingFlowsPerProcess) ||
      (maxPendingFlows > 0 && this.#everywhere(now) >= maxPendingFlows);
    if (isFull) {
      this.#refused += 1;
      return false;
    }
    this.#add(expiresAt, 1);
    this.#shares?.begin(id, network, expiresAt);
    return true;
  }

  /** The flow has ended, or could not be stored. */
  end({ id, expiresAt }: BegunFlow): void {
    this.#shares?.end(id);
    this.#add(expiresAt, -1);
  }

  /** Exchanges counts with the other processes. Call it about once a second. */
  async share(): Promise<void> {
    const { flows, clock, settings } = this.#deps;
    const now = clock.now();
    this.#sweep(now);
    const here = this.#here;
    // An idle process sends nothing.
    if (here === 0 && (this.#exchanged?.here ?? 0) === 0) return;
    const until = after(now, settings.flowLifespan);
    const everywhere = await flows.noteWaiting({ holder: this.#holder, waiting: here, until }, now);
    this.#exchanged = { here, everywhere, at: now };
  }

  counts(): PendingFlowCounts {
    const now = this.#deps.clock.now();
    this.#sweep(now);
    return { here: Math.max(0, this.#here), everywhere: Math.max(0, this.#everywhere(now)), refused: this.#refused };
  }

  #everywhere(now: EpochSeconds): number {
    const last = this.#exchanged;
    if (last === null || now - last.at > longestValid) return this.#here;
    return last.everywhere - last.here + this.#here;
  }

  #add(expiresAt: EpochSeconds, change: number): void {
    const bucket = Math.ceil(expiresAt / grain);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + change);
    this.#here += change;
  }

  #sweep(now: EpochSeconds): void {
    const current = Math.floor(now / grain);
    if (current === this.#swept) return;
    this.#swept = current;
    for (const [bucket, count] of this.#counts) {
      if (bucket > current) continue;
      this.#counts.delete(bucket);
      this.#here -= count;
    }
  }
}
