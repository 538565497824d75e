// Many requests, one trip: what one turn of the event loop asks for goes together, and so does what comes while the trip
// before is under way. A lone request waits for nothing but the end of its turn.

/** Answers each request, in order. Rejects when none of them can be told from the others. */
export type Trip<Request, Answer> = (requests: readonly Request[]) => Promise<readonly Answer[]>;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface GatheringOptions {
  /** Requests of one trip at most. */
  readonly most: number;
  /** Milliseconds after which a trip that is still under way holds up the next one no longer. */
  readonly patienceMs: number;
  /** Whether a trip that failed with this error may be made again with each request alone, to spare the innocent. */
  readonly isOneRequestsFault: (error: unknown) => boolean;
}

export class Gathering<Request, Answer> {
  readonly #trip: Trip<Request, Answer>;
  readonly #options: GatheringOptions;
  #waiting: Waiting<Request, Answer>[] = [];
  #underWay = 0;
  #isPlanned = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(trip: Trip<Request, Answer>, options: GatheringOptions) {
    this.#trip = trip;
    this.#options = options;
  }

  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#isPlanned) return;
      this.#isPlanned = true;
      if (this.#underWay === 0) setImmediate(() => this.#leave());
      else this.#patience = setTimeout(() => this.#leave(), this.#options.patienceMs);
    });
  }

  #leave(): void {
    clearTimeout(this.#patience);
    this.#isPlanned = false;
    const { most } = this.#options;
    while (this.#waiting.length > 0) void this.#travel(this.#waiting.splice(0, most));
  }

  async #travel(group: readonly Waiting<Request, Answer>[]): Promise<void> {
    this.#underWay += 1;
    await this.#answer(group);
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#leave();
  }

  async #answer(group: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.#trip(group.map(({ request }) => request));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (group.length > 1 && this.#options.isOneRequestsFault(error)) {
        await Promise.all(group.map((one) => this.#answer([one])));
      } else for (const { reject } of group) reject(error);
    }
  }
}
