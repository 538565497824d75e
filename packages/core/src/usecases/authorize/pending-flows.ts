// The ceiling on pending flows. Anyone can begin a flow, and each is stored for minutes: without a ceiling strangers fill the
// store.
//
// Every process counts the flows that it began, less those that it saw end; what never ends leaves the count when it expires.
// The counts of all processes are exchanged in the background (`share`), so that beginning a flow costs no round trip. Between
// two exchanges a process knows its own part exactly, and not what the others begin: all together can exceed the ceiling by what
// they begin in that time.
import { after, type EpochSeconds, seconds } from '../../domain/time.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { Clock, Random } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';

interface Deps {
  readonly flows: FlowStore;
  readonly settings: Pick<Settings, 'flowLifespan' | 'maxPendingFlows' | 'maxPendingFlowsPerProcess'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Flows that expire within the same so many seconds are counted together. */
const grain = 10;

/** An exchange that is older says nothing about the others any more. */
const longestValid = seconds(60);

export interface PendingFlowCounts {
  /** Begun here, less those that ended here. */
  readonly here: number;
  /** The same of all processes together, as far as this one knows. */
  readonly everywhere: number;
  /** Refused here since the start. */
  readonly refused: number;
}

export class PendingFlows {
  readonly #deps: Deps;
  readonly #holder: string;
  /** By expiry. */
  readonly #counts = new Map<number, number>();
  #swept = 0;
  #here = 0;
  #refused = 0;
  #exchanged: { readonly here: number; readonly everywhere: number; readonly at: EpochSeconds } | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#holder = deps.random.uuid();
  }

  /** Counts a flow, which is about to be stored. False: there are too many, and it is not counted. */
  begin(expiresAt: EpochSeconds, now: EpochSeconds): boolean {
    const { maxPendingFlows, maxPendingFlowsPerProcess } = this.#deps.settings;
    this.#sweep(now);
    const isFull =
      (maxPendingFlowsPerProcess > 0 && this.#here >= maxPendingFlowsPerProcess) ||
      (maxPendingFlows > 0 && this.#everywhere(now) >= maxPendingFlows);
    if (isFull) this.#refused += 1;
    else this.#add(expiresAt, 1);
    return !isFull;
  }

  /** The flow has ended, or could not be stored. */
  end(expiresAt: EpochSeconds): void {
    this.#add(expiresAt, -1);
  }

  /** Exchanges counts with the other processes. To be called about once a second. */
  async share(): Promise<void> {
    const { flows, clock, settings } = this.#deps;
    const now = clock.now();
    this.#sweep(now);
    const here = this.#here;
    // An idle process asks nothing.
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
