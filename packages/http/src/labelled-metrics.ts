// Histograms and counters with labels for Prometheus. Those of prom-client look up and join the labels at every
// observation. Here each combination of labels has its own counts, and is formatted only when the metrics are read.
import type { Metric } from 'prom-client';

export interface DeclaredMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence. Shown in the scrape and in docs/metrics.md. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Histograms only: upper bounds, each included. */
  readonly bounds?: readonly number[];
}

export type Labels = Readonly<Record<string, string | number>>;

interface Value {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** The observations with the same labels. */
export class Observations {
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
  /**
   * For each bound, the number of values up to it and above the previous bound. The last element counts the values
   * above all bounds.
   */
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(amount: number): void {
    const bounds = this.#bounds;
    let place = 0;
    while (place < bounds.length && amount > (bounds[place] ?? 0)) place += 1;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += amount;
  }

  /** Each bucket of Prometheus includes the counts of the smaller ones. */
  values(name: string): readonly Value[] {
    const labels = this.#labels;
    let total = 0;
    const buckets = this.#counts.map((count, place) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[place] ?? '+Inf', ...labels }, value: total };
    });
    const sum = { metricName: `${name}_sum`, labels, value: this.#sum };
    return [...buckets, sum, { metricName: `${name}_count`, labels, value: total }];
  }
}

/** The methods that prom-client's registry calls on a metric. Its types only allow its own classes. */
const registered = (declared: DeclaredMetric, values: () => readonly Value[]): Metric => {
  const { name, help, type } = declared;
  const metric = { name, get: async () => ({ name, help, type, aggregator: 'sum', values: values() }) };
  return metric as unknown as Metric;
};

export class LabelledHistogram {
  readonly #declared: DeclaredMetric;
  readonly #all: Observations[] = [];

  constructor(declared: DeclaredMetric) {
    this.#declared = declared;
  }

  /** Call it once for each combination of labels, and keep the result. */
  of(labels: Labels): Observations {
    const observations = new Observations(labels, this.#declared.bounds ?? []);
    this.#all.push(observations);
    return observations;
  }

  asMetric(): Metric {
    return registered(this.#declared, () => this.#all.flatMap((each) => each.values(this.#declared.name)));
  }
}

/** A counter with one label or two. The values of labels come from short, closed lists. */
export class LabelledCounter {
  readonly #declared: DeclaredMetric;
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(declared: DeclaredMetric) {
    this.#declared = declared;
  }

  /** `second`: '' for a counter with one label. */
  add(first: string, second = '', amount = 1): void {
    const counts = this.#counts.get(first) ?? new Map<string, number>();
    if (counts.size === 0) this.#counts.set(first, counts);
    counts.set(second, (counts.get(second) ?? 0) + amount);
  }

  asMetric(): Metric {
    const { labels } = this.#declared;
    const labelled = (values: readonly string[]): Labels =>
      Object.fromEntries(labels.map((label, place) => [label, values[place] ?? '']));
    return registered(this.#declared, () =>
      [...this.#counts].flatMap(([first, counts]) =>
        [...counts].map(([second, value]) => ({ labels: labelled([first, second]), value })),
      ),
    );
  }
}
