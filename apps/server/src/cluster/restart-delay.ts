// How long to wait before a process that died is started again, so that one that cannot live does not burn the machine.

/** Milliseconds. */
const first = 100;
const most = 30_000;
/** Who lived that long was in good health. */
const healthy = 60_000;

export class RestartDelay {
  #next = first;

  /** Milliseconds to wait, after the death of a process that lived for `lived` milliseconds. */
  after(lived: number): number {
    const delay = lived >= healthy ? first : this.#next;
    this.#next = Math.min(delay * 2, most);
    return delay;
  }
}
