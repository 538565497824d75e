// The dashboard for Grafana and the alert rules for Prometheus use metrics, labels and values that the server has, and
// docs/alerts.md explains every rule.
import { readFileSync } from 'node:fs';
import { type DeclaredMetric, requestDuration } from '@claviger/http';
import t from 'tap';
import { parse } from 'yaml';
import { declaredMetrics } from '../src/telemetry/declared-metrics.ts';
import { layoutsFor } from './support/layouts.ts';
import { type Matcher, selectorsIn } from './support/promql.ts';
import { type Scrape, scrapeAfterTraffic } from './support/scrape.ts';

interface Query {
  readonly where: string;
  readonly text: string;
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly datasource?: unknown;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string; readonly datasource: unknown }[];
}

interface Variable {
  readonly name: string;
  readonly query: unknown;
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

const layouts = layoutsFor(t);

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const dashboard: Dashboard = JSON.parse(read('deploy/grafana/claviger.json'));
const { groups }: { readonly groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
  read('deploy/prometheus/alerts.yaml'),
);
const rules = groups.flatMap((group) => group.rules);
const targets = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((one) => ({ ...one, title })));

/** Replaces Grafana's variables in durations, which are not PromQL. */
const withoutVariables = (text: string): string => text.replaceAll('$__rate_interval', '5m');

/** `label_values(selector, label)` of a variable. */
const variableQueries = dashboard.templating.list.flatMap(({ name, query }): readonly Query[] => {
  const text = JSON.stringify(query).replaceAll('\\"', '"');
  const [, selector, label] = /label_values\((.+), (\w+)\)/.exec(text) ?? [];
  return selector && label ? [{ where: `variable ${name}`, text: `sum by (${label}) (${selector})` }] : [];
});

const queries: readonly Query[] = [
  ...rules.map(({ alert, expr }) => ({ where: alert, text: expr })),
  ...targets.map(({ title, expr }) => ({ where: title, text: withoutVariables(expr) })),
  ...variableQueries,
];

/** The labels that Prometheus gives each series of a target. */
const ofTarget = ['job', 'instance'];

/** Those of the Prometheus operator and of Kubernetes. A label of ours with such a name arrives as `exported_…`. */
const taken = [...ofTarget, 'endpoint', 'namespace', 'pod', 'service', 'container'];

const declared: ReadonlyMap<string, DeclaredMetric> = new Map(
  [requestDuration, ...Object.values(declaredMetrics)].map((metric) => [metric.name, metric]),
);

/** Values of labels that need a failure: no scrape after light traffic has them. */
const rare = [
  { label: 'outcome', value: 'error' },
  { label: 'status', value: '5..' },
] as const;

const partOf = /_(bucket|sum|count)$/;

/** undefined: no such metric. Declared labels come first, because a series appears only when its event happens. */
const labelsOf = (name: string, { types, samples }: Scrape): readonly string[] | undefined => {
  // Of Prometheus, for each target.
  if (name === 'up') return [];
  const metric = types.get(name) === undefined ? name.replace(partOf, '') : name;
  const type = types.get(metric);
  if (type === undefined || (type === 'histogram') !== partOf.test(name)) return undefined;
  const known = declared.get(metric);
  if (known) return [...known.labels, ...(name.endsWith('_bucket') ? ['le'] : [])];
  return [...new Set(samples.filter((one) => one.name === name).flatMap(({ labels }) => Object.keys(labels)))];
};

/** Only of labels of the server's own that must have a value. */
const isFound = ({ label, operator, value }: Matcher, name: string, { samples }: Scrape): boolean => {
  if (ofTarget.includes(label) || operator.startsWith('!')) return true;
  if (rare.some((one) => one.label === label && one.value === value)) return true;
  const pattern = new RegExp(`^(?:${value})$`);
  return samples
    .filter((one) => one.name === name)
    .some(({ labels }) => (operator === '=' ? labels[label] === value : pattern.test(labels[label] ?? '')));
};

t.test('no metric has a label with a name that Prometheus gives targets', async (t) => {
  for (const { name, labels } of declared.values()) {
    for (const label of labels) t.notOk(taken.includes(label), `${label} of ${name}`);
  }
});

t.test('every query uses metrics, labels and values that a scrape has', async (t) => {
  const scrape = await scrapeAfterTraffic(t, await layouts.settings('Postgres alone'));
  for (const { where, text } of queries) {
    const selectors = selectorsIn(text);
    t.ok(selectors.length > 0, where);
    for (const { metric, matchers, groupedBy } of selectors) {
      const labels = labelsOf(metric, scrape);
      t.ok(labels, `${where}: the metric ${metric}`);
      const known = [...(labels ?? []), ...ofTarget];
      for (const label of [...matchers.map((one) => one.label), ...groupedBy]) {
        t.ok(known.includes(label), `${where}: the label ${label} of ${metric}`);
      }
      for (const one of matchers)
        t.ok(isFound(one, metric, scrape), `${where}: ${one.label}${one.operator}${one.value}`);
      if (metric.endsWith('_bucket')) t.ok(groupedBy.includes('le'), `${where} keeps the bounds of ${metric}`);
    }
  }
  const used = queries.flatMap(({ text }) => selectorsIn(text)).map(({ metric }) => metric.replace(partOf, ''));
  for (const name of declared.keys()) t.ok(used.includes(name), `${name} is shown or watched`);
});

t.test('the dashboard can be imported anywhere', async (t) => {
  const names = dashboard.templating.list.map(({ name }) => name);
  t.strictSame(names, ['datasource', 'job', 'instance']);
  for (const { title, expr, legendFormat, datasource } of targets) {
    t.match(datasource, { type: 'prometheus', uid: /^\$\{datasource\}$/ }, title);
    const labels = selectorsIn(withoutVariables(expr)).flatMap(({ groupedBy }) => groupedBy);
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    // Without grouping, a series keeps all its labels.
    if (labels.length > 0) for (const label of shown) t.ok(labels.includes(label), `${title} groups by ${label}`);
    for (const [, name = ''] of expr.matchAll(/"\$(\w+)"/g)) t.ok(names.includes(name), `${title}: $${name}`);
  }
});

t.test('every rule says what has happened and what to do, and waits longer than a restart', async (t) => {
  for (const { alert, for: duration, labels, annotations } of rules) {
    t.match(labels.severity, /^(critical|warning)$/, alert);
    t.strictSame(Object.keys(annotations), ['summary', 'description', 'action'], alert);
    for (const text of Object.values(annotations)) t.ok(text.length > 10, alert);
    // A restart loses no log lines, so that rule need not wait for one.
    t.ok(/^([5-9]|\d\d+)m$|^\d+h$/.test(duration) || alert === 'ClavigerLogLinesDropped', `${alert}: ${duration}`);
  }
});

t.test('docs/alerts.md explains every rule', async (t) => {
  const page = read('docs/alerts.md');
  const sections = page.split(/^### /m).slice(1);
  t.strictSame(
    sections.map((section) => section.split('\n')[0]),
    rules.map(({ alert }) => alert),
  );
  for (const { alert, for: duration, labels } of rules) {
    const section = sections.find((one) => one.startsWith(`${alert}\n`)) ?? '';
    t.match(section.toLowerCase(), `\n\n${labels.severity}, after ${duration}. `, alert);
    t.match(section, '**What to do:**', alert);
  }
});
