// What a scrape shows, and that docs/metrics.md lists exactly that.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeclaredMetric, requestDuration } from '@claviger/http';
import t from 'tap';
import { declaredMetrics } from '../src/telemetry/declared-metrics.ts';
import { hydraMetrics } from '../src/telemetry/hydra-metrics.ts';
import { metricsPage } from '../src/telemetry/metrics-page.ts';
import { processMetrics } from '../src/telemetry/process-metrics.ts';
import { layoutsFor } from './support/layouts.ts';
import { type Sample, type Scrape, scrapeAfterTraffic, scrapeOf, total } from './support/scrape.ts';
import { startServer } from './support/start-server.ts';

const layouts = layoutsFor(t);

t.test('docs/metrics.md lists every declared metric', async (t) => {
  const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  t.equal(page, metricsPage(), 'otherwise: npm run pages');
});

t.test('a scrape of two workers on Postgres has exactly the documented metrics and labels', async (t) => {
  const settings = { ...(await layouts.settings('Postgres alone')), CLAVIGER_METRICS_HYDRA_NAMES: 'true' };
  const scrape = await scrapeAfterTraffic(t, settings);
  const declared: readonly DeclaredMetric[] = [
    requestDuration,
    ...Object.values(declaredMetrics),
    ...Object.values(hydraMetrics),
  ];
  // Several workers have no common start.
  const ofProcess = Object.keys(processMetrics).filter((name) => name !== 'process_start_time_seconds');
  const documented = [...declared.map(({ name }) => name), ...ofProcess];
  t.strictSame([...scrape.types.keys()].sort(), documented.sort());
  for (const { name, type, labels } of declared) {
    t.equal(scrape.types.get(name), type, name);
    for (const sample of scrape.samples.filter((one) => one.name.replace(/_(bucket|sum|count)$/, '') === name)) {
      const found = Object.keys(sample.labels).filter((label) => label !== 'le');
      t.strictSame(found.sort(), [...labels].sort(), `the labels of ${sample.name}`);
    }
  }

  const count = (name: string, labels = {}) => total(scrape, `claviger_${name}`, labels);
  t.equal(count('tokens_issued_total', { grant: 'authorization_code', format: 'opaque' }), 1);
  t.equal(count('tokens_issued_total', { grant: 'refresh_token' }), 1);
  t.equal(count('refresh_tokens_issued_total'), 2);
  t.equal(count('id_tokens_issued_total', { grant: 'authorization_code' }), 1);
  t.equal(count('requests_refused_total', { oauth_endpoint: 'token', error: 'invalid_client' }), 1);
  t.equal(count('requests_refused_total', { oauth_endpoint: 'token', error: 'invalid_grant' }), 1);
  t.equal(count('client_authentication_failures_total', { reason: 'wrong_secret' }), 1);
  for (const step of ['begun', 'login_accepted', 'consent_accepted', 'code_issued']) {
    t.equal(count('flow_steps_total', { step }), 1, step);
  }
  t.equal(count('admin_changes_total', { event: 'OAuth2ClientCreated' }), 1);
  t.equal(count('store_command_duration_seconds_count', { store: 'tokens', command: 'redeemCode' }), 1);
  t.ok(count('postgres_batch_size_count') > 0);
  t.ok(count('postgres_pool_connections') > 0);
  t.equal(count('postgres_pool_connections_limit'), 20, 'of two workers');
  t.equal(count('workers'), 2);
  t.equal(count('build_info'), 1);
  t.ok(count('signing_key_active_since_timestamp_seconds', { alg: 'RS256' }) > 1_700_000_000);
  t.equal(total(scrape, 'http_requests_total', { code: '200', endpoint: '/oauth2/token', method: 'post' }), 2);
  t.equal(total(scrape, 'http_requests_total', { endpoint: '/oauth2/auth/requests/login/{param}/accept' }), 1);
});

t.test('no counter falls when workers die', async (t) => {
  const server = await startServer(t, { settings: { CLAVIGER_WORKERS: '2' } });
  const ready = () => [...server.output().matchAll(/"pid":(\d+)[^\n]*"msg":"ready"/g)].map(([, pid]) => Number(pid));
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 60_000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}:\n${server.output()}`);
      await sleep(25);
    }
  };
  await until('both workers are ready', () => ready().length === 2);
  for (let request = 0; request < 10; request += 1) await (await fetch(`${server.adminUrl}/clients`)).arrayBuffer();
  const keyOf = ({ name, labels }: Sample): string => `${name} ${JSON.stringify(labels)}`;
  const isCounted = ({ types }: Scrape, { name }: Sample): boolean =>
    types.get(name) === 'counter' || types.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';
  for (const deaths of [1, 2]) {
    const before = await scrapeOf(server.adminUrl);
    process.kill(ready()[deaths - 1] ?? 0, 'SIGKILL');
    await until('another worker is ready', () => ready().length === 2 + deaths);
    const after = await scrapeOf(server.adminUrl);
    const values = new Map(after.samples.map((sample) => [keyOf(sample), sample.value]));
    const counted = before.samples.filter((sample) => isCounted(before, sample));
    t.ok(counted.length > 50);
    t.strictSame(
      counted.filter((sample) => !((values.get(keyOf(sample)) ?? -1) >= sample.value)),
      [],
    );
    t.equal(total(after, 'claviger_worker_deaths_total'), deaths);
    t.equal(total(after, 'claviger_workers'), 2, 'gauges are of the workers that run');
  }
});

t.test('without metrics, only what costs requests nothing is left', async (t) => {
  const { adminUrl, stop } = await startServer(t, { settings: { CLAVIGER_METRICS: 'false' } });
  const { types } = await scrapeOf(adminUrl);
  t.notOk(types.has(requestDuration.name));
  t.notOk(types.has(declaredMetrics.storeCommandDuration.name));
  t.notOk(types.has(declaredMetrics.tokensIssued.name));
  t.ok(types.has(declaredMetrics.pendingFlows.name));
  t.ok(types.has('process_cpu_seconds_total'));
  await stop();
});
