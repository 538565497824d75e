// How long to wait before a process that died is started again, so that one that always dies does not use up the CPU.

/** Milliseconds. */
const first = 100;
const most = 30_000;
/** A process that ran this long was healthy. */
const healthy = 60_000;

export class RestartDelay {
  #next = first;

  /** Milliseconds to wait after a process died that ran for `lived` milliseconds. */
  after(lived: number): number {
    const delay = lived >= healthy ? first : this.#next;
    this.#next = Math.min(delay * 2, most);
    return delay;
  }
}
