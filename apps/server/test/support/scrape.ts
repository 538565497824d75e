// A reader of Prometheus' text format, and a server whose every metric has been scraped after some traffic.

import type { ServerSettings } from './layouts.ts';
import { Nodes } from './nodes.ts';
import { introspectRequest, RoamingBrowser, redeem, refreshFields, register, tokenRequest } from './roaming-flow.ts';
import type { Cleanup } from './start-server.ts';

export interface Sample {
  /** With `_bucket`, `_sum` or `_count` for a histogram. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  /** The type of each metric, by its name. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

export const parseScrape = (text: string): Scrape => {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, named, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (named !== undefined && type !== undefined) types.set(named, type);
    const [, name, labels = '', value] = /^([a-z_A-Z0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || line.startsWith('#')) continue;
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return { types, samples };
};

/** The sum of the samples with these labels, and any others. */
export const total = ({ samples }: Scrape, name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);

export const scrapeOf = async (adminUrl: string): Promise<Scrape> => {
  const reply = await fetch(`${adminUrl}/metrics/prometheus`);
  if (!reply.ok) throw new Error(`The scrape failed: ${reply.status} ${await reply.text()}`);
  return parseScrape(await reply.text());
};

/** A node of two workers after one code flow with a refresh, two refusals and an introspection. */
export const scrapeAfterTraffic = async (t: Cleanup, settings: ServerSettings): Promise<Scrape> => {
  const nodes = await Nodes.start(t, { ...settings, CLAVIGER_WORKERS: '2', CLAVIGER_CLEANER_INTERVAL: '1s' }, [{}]);
  const client = await register(nodes, 'shop');
  const tokens = await redeem(nodes, client, await new RoamingBrowser(nodes).code(client, 'anna'));
  await nodes.send(tokenRequest(client, refreshFields(tokens.refresh_token)));
  await nodes.send(tokenRequest({ ...client, secret: 'not the secret' }, refreshFields('x')));
  await nodes.send(tokenRequest(client, refreshFields('x')));
  await nodes.send(introspectRequest(tokens.access_token));
  // Both workers have opened their pools of ten, and the cleaner has run, which takes it a second or so.
  const isComplete = (scrape: Scrape): boolean =>
    total(scrape, 'claviger_postgres_pool_connections_limit') === 20 &&
    total(scrape, 'claviger_job_runs_total', { task: 'cleaning' }) > 0;
  // A scrape fails while a worker is starting.
  for (;;) {
    const scrape = await scrapeOf(nodes.server(0).adminUrl).catch(() => undefined);
    if (scrape && isComplete(scrape)) return scrape;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
