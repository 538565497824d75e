// Limits concurrent fetches of clients' documents and remembers recent failures. Anyone can make the server fetch a
// document by sending an authorization request with a `request_uri`. The load on this server, and on the host that it
// asks, must be limited.

export interface FetchLimits {
  /** The maximum number of concurrent fetches: for one client, from one host, in all. Default 16, 32, 256. */
  readonly perClient?: number;
  readonly perHost?: number;
  readonly inAll?: number;
  /** Milliseconds for which a failure is repeated without another attempt. Default 5000. */
  readonly rememberFailures?: number;
}

interface Failure {
  readonly error: unknown;
  readonly until: number;
}

export interface LimitedFetch {
  readonly url: string;
  readonly host: string;
  /** The client that owns the document; '' for all clients that are still being registered. */
  readonly client: string;
  readonly fetch: () => Promise<string>;
}

/** The maximum number of remembered failures. */
const mostFailures = 1000;

export class LimitedFetches {
  readonly #limits: Required<FetchLimits>;
  readonly #tooMany: () => Error;
  readonly #running = new Map<string, Promise<string>>();
  readonly #failures = new Map<string, Failure>();
  readonly #counts = new Map<string, number>();

  /** `tooMany` creates the error for a fetch beyond the limits. */
  constructor(
    { perClient = 16, perHost = 32, inAll = 256, rememberFailures = 5000 }: FetchLimits,
    tooMany: () => Error,
  ) {
    this.#limits = { perClient, perHost, inAll, rememberFailures };
    this.#tooMany = tooMany;
  }

  /** Concurrent fetches of the same URL share one request. */
  async run(wanted: LimitedFetch): Promise<string> {
    const { url } = wanted;
    const failure = this.#failures.get(url);
    if (failure && failure.until > performance.now()) throw failure.error;
    const running = this.#running.get(url) ?? this.#start(wanted);
    return running;
  }

  #start({ url, host, client, fetch }: LimitedFetch): Promise<string> {
    const { perClient, perHost, inAll } = this.#limits;
    const used: [key: string, most: number][] = [
      ['all', inAll],
      [`host ${host}`, perHost],
      // Clients that are being registered count as one. Otherwise they could use up the fetches of all others.
      [`client ${client}`, perClient],
    ];
    if (used.some(([key, most]) => (this.#counts.get(key) ?? 0) >= most)) return Promise.reject(this.#tooMany());
    for (const [key] of used) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    const running = fetch()
      .catch((error: unknown) => {
        this.#remember(url, error);
        throw error;
      })
      .finally(() => {
        this.#running.delete(url);
        for (const [key] of used) this.#release(key);
      });
    this.#running.set(url, running);
    return running;
  }

  #release(key: string): void {
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }

  #remember(url: string, error: unknown): void {
    this.#failures.delete(url);
    if (this.#limits.rememberFailures === 0) return;
    this.#failures.set(url, { error, until: performance.now() + this.#limits.rememberFailures });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > mostFailures && oldest !== undefined) this.#failures.delete(oldest);
  }
}
