// Runs many requests as one batch: those of one turn of the event loop, and those that arrive while a batch is in flight.
// A lone request only waits for the end of its turn.

/** Returns one answer for each request, in the same order. Rejects when the whole batch fails. */
export type RunBatch<Request, Answer> = (requests: readonly Request[]) => Promise<readonly Answer[]>;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions {
  /** Maximum number of requests in a batch. */
  readonly maxBatch: number;
  /** How long the next batch waits for the one in flight, in milliseconds. Then it is sent anyway. */
  readonly maxWaitMs: number;
  /** True if a batch that failed with this error is run again, one request at a time: only the request at fault then fails. */
  readonly isWorthSplitting: (error: unknown) => boolean;
  /** Called with the size of each batch that is sent. */
  readonly onBatch?: ((size: number) => void) | undefined;
}

export class Batcher<Request, Answer> {
  readonly #runBatch: RunBatch<Request, Answer>;
  readonly #options: BatcherOptions;
  #waiting: Waiting<Request, Answer>[] = [];
  #inFlight = 0;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(runBatch: RunBatch<Request, Answer>, options: BatcherOptions) {
    this.#runBatch = runBatch;
    this.#options = options;
  }

  add(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      if (this.#inFlight === 0) setImmediate(() => this.#flush());
      else this.#timer = setTimeout(() => this.#flush(), this.#options.maxWaitMs);
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#isScheduled = false;
    while (this.#waiting.length > 0) void this.#send(this.#waiting.splice(0, this.#options.maxBatch));
  }

  async #send(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    this.#inFlight += 1;
    this.#options.onBatch?.(batch.length);
    await this.#settle(batch);
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#flush();
  }

  async #settle(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.#runBatch(batch.map(({ request }) => request));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (batch.length > 1 && this.#options.isWorthSplitting(error)) {
        await Promise.all(batch.map((one) => this.#settle([one])));
      } else for (const { reject } of batch) reject(error);
    }
  }
}
