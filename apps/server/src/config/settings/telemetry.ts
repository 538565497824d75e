// What the server measures.
import { trueOrFalse } from '../parse.ts';
import { preset } from './declare.ts';

export const telemetry = {
  metrics: preset(
    'CLAVIGER_METRICS',
    'true',
    trueOrFalse,
    'Measure requests, store commands, tokens, flows and refusals for [`/metrics/prometheus`](metrics.md). `false`: only what costs requests nothing, such as the process, the connection pool and the pending flows.',
  ),
  hydraMetricNames: preset(
    'CLAVIGER_METRICS_HYDRA_NAMES',
    'false',
    trueOrFalse,
    "Also emit the request metrics under the names and labels of today's ORY Hydra, for dashboards that were written for it. Needs CLAVIGER_METRICS.",
  ),
};
