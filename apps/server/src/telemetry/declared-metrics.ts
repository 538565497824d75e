// Every metric of the server that is not about the process or requests: its name, type, labels and meaning. The code that
// counts uses these declarations, docs/metrics.md is generated from them, and a test compares them with a scrape. Names and units
// follow Prometheus' conventions: base units, and `_total` for counters. The values of every label form a short, closed list.
// No label has a name that Prometheus or its operator give a target, such as `job` and `endpoint`: they would rename ours.
import type { DeclaredMetric } from '@claviger/http';

const counter = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  name,
  type: 'counter',
  help,
  labels,
});

const gauge = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  name,
  type: 'gauge',
  help,
  labels,
});

export const declaredMetrics = {
  tokensIssued: counter(
    'claviger_tokens_issued_total',
    'Access tokens issued, by grant type and format. `implicit` is the grant of tokens from the authorization endpoint.',
    'grant',
    'format',
  ),
  refreshTokensIssued: counter(
    'claviger_refresh_tokens_issued_total',
    'Refresh tokens issued, by grant type.',
    'grant',
  ),
  idTokensIssued: counter('claviger_id_tokens_issued_total', 'ID tokens issued, by grant type.', 'grant'),
  requestsRefused: counter(
    'claviger_requests_refused_total',
    'Requests that an OAuth endpoint answered with an error, by endpoint and error code.',
    'oauth_endpoint',
    'error',
  ),
  clientAuthenticationFailures: counter(
    'claviger_client_authentication_failures_total',
    'Client credentials that were refused, by reason. The client only learns `invalid_client`.',
    'reason',
  ),
  flowSteps: counter(
    'claviger_flow_steps_total',
    'Steps of login and consent flows. A flow begins with `begun` and normally ends with `code_issued`.',
    'step',
  ),
  tokenReuse: counter(
    'claviger_token_reuse_total',
    'Codes and refresh tokens that were used again after their grace period. Each revoked its grant.',
    'kind',
  ),
  tokensRevoked: counter('claviger_tokens_revoked_total', 'Tokens that their client revoked (RFC 7009).', 'kind'),
  adminChanges: counter(
    'claviger_admin_changes_total',
    'Changes by administrators and registrations, named as the audit events are.',
    'event',
  ),
  pendingFlows: gauge('claviger_pending_flows', 'Flows in which the server waits for login or consent.'),
  flowsRefused: counter(
    'claviger_flows_refused_total',
    'Authorization requests that were refused because too many flows were pending.',
  ),
  adminRefusals: counter(
    'claviger_admin_refusals_total',
    'Requests to the admin API without a valid key, or whose key lacks the scope that they need.',
  ),
  overloadRefusals: counter(
    'claviger_overload_refusals_total',
    'Requests that were refused with 503 to protect the server, though nothing had failed.',
  ),
  rateLimited: counter(
    'claviger_rate_limited_total',
    'Requests that were refused with 429 because of `CLAVIGER_RATE_LIMIT_…`.',
  ),
  documentsRefused: counter(
    'claviger_documents_refused_total',
    'Documents of clients that were not fetched, because too many were being fetched.',
  ),
  storeCommandDuration: {
    name: 'claviger_store_command_duration_seconds',
    type: 'histogram',
    help: 'Time of each store command, from the call to its answer, by store and command. `outcome` is `ok` or `error`.',
    labels: ['store', 'command', 'outcome'],
    bounds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  batchSize: {
    name: 'claviger_postgres_batch_size',
    type: 'histogram',
    help: 'Store commands that one statement on Postgres carried out together.',
    labels: [],
    bounds: [1, 2, 4, 8, 16, 32, 64],
  },
  poolConnections: gauge(
    'claviger_postgres_pool_connections',
    'Connections to Postgres, by state: `used` or `idle`.',
    'state',
  ),
  poolLimit: gauge('claviger_postgres_pool_connections_limit', 'Maximum number of connections to Postgres.'),
  poolWaiting: gauge('claviger_postgres_pool_waiting', 'Statements that wait for a free connection now.'),
  poolWaits: counter('claviger_postgres_pool_waits_total', 'Statements that had to wait for a free connection.'),
  poolWaitTime: counter(
    'claviger_postgres_pool_wait_seconds_total',
    'Time that statements spent waiting for a free connection.',
  ),
  jobRuns: counter(
    'claviger_job_runs_total',
    'Runs of background jobs, by outcome: `ok` or `error`. Every node runs each job, and one node at a time does its work.',
    'task',
    'outcome',
  ),
  jobLastSuccess: gauge(
    'claviger_job_last_success_timestamp_seconds',
    'When a background job last succeeded, in seconds since 1970.',
    'task',
  ),
  rowsRemoved: counter(
    'claviger_cleaner_rows_removed_total',
    'Expired rows that the cleaner removed, by store.',
    'store',
  ),
  signingKeyActiveSince: gauge(
    'claviger_signing_key_active_since_timestamp_seconds',
    'When the current signing key of each algorithm began to sign, in seconds since 1970. Its age is `time()` minus this.',
    'alg',
  ),
  auditEventsLost: counter(
    'claviger_audit_events_lost_total',
    'Audit events that are only in the log, because the queue for the audit table was full.',
  ),
  logLinesDropped: counter('claviger_log_lines_dropped_total', 'Log lines that could not be written.'),
  primaryLogLinesDropped: counter(
    'claviger_primary_log_lines_dropped_total',
    'Log lines of the primary process that could not be written. Only with several workers.',
  ),
  workerDeaths: counter(
    'claviger_worker_deaths_total',
    'Workers that died and were replaced. Only with several workers.',
  ),
  workers: gauge('claviger_workers', 'Processes that serve requests.'),
  buildInfo: gauge(
    'claviger_build_info',
    'Always 1. The labels name the versions of Claviger and Node.js.',
    'version',
    'node',
  ),
} as const satisfies Readonly<Record<string, DeclaredMetric>>;
