// How long requests take, as a histogram for Prometheus. prom-client's own histogram looks up its labels on every
// request. Here each combination of labels has its own counts, which are formatted only when the metrics are read.
import type { Histogram } from 'prom-client';

const name = 'http_request_duration_seconds';

/** Seconds, each an upper bound that is included. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface RequestLabels {
  readonly listener: string;
  readonly method: string;
  /** The pattern, never the path: paths carry ids. */
  readonly route: string;
  readonly status: number;
}

/** The durations of requests with the same labels. */
export class Durations {
  readonly #labels: RequestLabels;
  /** How many are within each bound and not within the one before; last, how many are beyond all. */
  readonly #counts = new Array<number>(bounds.length + 1).fill(0);
  #sum = 0;

  constructor(labels: RequestLabels) {
    this.#labels = labels;
  }

  add(seconds: number): void {
    let place = 0;
    while (place < bounds.length && seconds > (bounds[place] ?? 0)) place += 1;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** Prometheus counts in each bucket what is in the smaller ones too. */
  values() {
    const labels = this.#labels;
    let total = 0;
    const buckets = this.#counts.map((count, place) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: bounds[place] ?? '+Inf', ...labels }, value: total };
    });
    const sum = { metricName: `${name}_sum`, labels, value: this.#sum };
    return [...buckets, sum, { metricName: `${name}_count`, labels, value: total }];
  }
}

/** What prom-client's registry asks of a metric. */
export class RequestDurations {
  readonly name = name;
  readonly #all: Durations[] = [];

  of(labels: RequestLabels): Durations {
    const durations = new Durations(labels);
    this.#all.push(durations);
    return durations;
  }

  async get() {
    return {
      name,
      help: 'Time from the arrival of a request to the end of its reply.',
      type: 'histogram',
      aggregator: 'sum',
      values: this.#all.flatMap((durations) => durations.values()),
    };
  }

  /** prom-client's types know its own classes only. */
  asMetric(): Histogram {
    return this as unknown as Histogram;
  }
}
