// Generates docs/metrics.md from the declared metrics. `npm run pages` writes the page, and a test compares it.
import { type DeclaredMetric, requestDuration } from '@claviger/http';
import { declaredMetrics } from './declared-metrics.ts';
import { hydraMetrics } from './hydra-metrics.ts';
import { processMetrics } from './process-metrics.ts';

const intro = `# Metrics

<!-- Written by \`npm run pages\` from apps/server/src/telemetry. Do not edit. -->

\`GET /metrics/prometheus\` on the admin listener answers in Prometheus' text format. It covers every worker of the node, and answers
while the stores are unavailable. Let Prometheus scrape each node, and add the nodes up in queries.

- Labels have few values: routes are patterns, never paths, and no label holds the id of a client, a subject or a token.
- Names and units follow Prometheus' conventions: seconds, bytes, and \`_total\` for counters. Each counter starts at zero with its
  process, so use \`rate()\` or \`increase()\`. A series with labels appears when its event first happens.
- \`CLAVIGER_METRICS=false\` turns off the metrics that are marked \u00b9. The others cost no time per request.
- Metrics of Postgres exist only when a store is on Postgres.
- [Alerts](alerts.md) has the configuration of the scrape, alert rules, and a dashboard for Grafana.
`;

const onRequests: ReadonlySet<DeclaredMetric> = new Set([
  requestDuration,
  declaredMetrics.tokensIssued,
  declaredMetrics.refreshTokensIssued,
  declaredMetrics.idTokensIssued,
  declaredMetrics.requestsRefused,
  declaredMetrics.clientAuthenticationFailures,
  declaredMetrics.flowSteps,
  declaredMetrics.tokenReuse,
  declaredMetrics.tokensRevoked,
  declaredMetrics.adminChanges,
  declaredMetrics.storeCommandDuration,
  declaredMetrics.batchSize,
]);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const metricRow = (metric: DeclaredMetric): string => {
  const { name, type, labels, help } = metric;
  return row([
    `\`${name}\`${onRequests.has(metric) ? ' \u00b9' : ''}`,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
};

const table = (metrics: readonly DeclaredMetric[]): readonly string[] => [
  row(['Metric', 'Type', 'Labels', 'Meaning']),
  row(['---', '---', '---', '---']),
  ...metrics.map(metricRow),
  '',
];

const hydraNotes = `With \`CLAVIGER_METRICS_HYDRA_NAMES=true\` requests are also counted under the names and labels of today's Hydra. \`app\` is \`hydra\`,
\`hash\` and \`buildTime\` are empty, and paths are those of this server: Hydra puts \`/admin\` before the paths of its admin API. Hydra's
\`go_\u2026\` metrics have no counterpart.
`;

export const metricsPage = (): string =>
  [
    intro,
    '## Server',
    '',
    ...table([requestDuration, ...Object.values(declaredMetrics)]),
    '## Process',
    '',
    'Collected by prom-client. The workers of a node are added up where the meaning does not say otherwise.',
    '',
    row(['Metric', 'Meaning']),
    row(['---', '---']),
    ...Object.entries(processMetrics).map(([name, meaning]) => row([`\`${name}\``, meaning])),
    '',
    "## Hydra's names",
    '',
    hydraNotes,
    ...table(Object.values(hydraMetrics)),
  ].join('\n');
