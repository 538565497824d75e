// Histograms and counters in Prometheus' text format, through prom-client's registry.
import { Registry } from 'prom-client';
import t from 'tap';
import { LabelledCounter, LabelledHistogram } from '../src/labelled-metrics.ts';
import { requestDuration } from '../src/metrics.ts';

t.test('each bucket counts every duration up to its bound', async (t) => {
  const registry = new Registry();
  const durations = new LabelledHistogram(requestDuration);
  registry.registerMetric(durations.asMetric());
  const fast = durations.of({ listener: 'public', method: 'GET', route: '/clients/:id', status: 200 });
  for (const seconds of [0.0004, 0.001, 0.003, 0.3, 11]) fast.add(seconds);
  durations.of({ listener: 'public', method: 'GET', route: '/clients/:id', status: 404 }).add(0.002);

  const lines = (await registry.metrics()).split('\n');
  const found = (start: string, status: number): [string, number][] =>
    lines
      .filter(
        (line) => line.startsWith(`http_request_duration_seconds_${start}`) && line.includes(`status="${status}"`),
      )
      .map((line) => [/le="([^"]+)"/.exec(line)?.[1] ?? '', Number(line.split(' ').at(-1))]);
  t.ok(lines.includes('# TYPE http_request_duration_seconds histogram'));
  t.strictSame(found('bucket', 200), [
    ['0.001', 2],
    ['0.0025', 2],
    ['0.005', 3],
    ['0.01', 3],
    ['0.025', 3],
    ['0.05', 3],
    ['0.1', 3],
    ['0.25', 3],
    ['0.5', 4],
    ['1', 4],
    ['2.5', 4],
    ['5', 4],
    ['10', 4],
    ['+Inf', 5],
  ]);
  t.strictSame(found('count', 200), [['', 5]]);
  t.strictSame(found('sum', 200), [['', 11.3044]]);
  t.strictSame(found('count', 404), [['', 1]]);
  t.ok(lines.some((line) => line.includes('listener="public",method="GET",route="/clients/:id"')));
});

t.test('a counter has a series for each combination of its labels', async (t) => {
  const registry = new Registry();
  const name = 'tokens_total';
  const two = new LabelledCounter({ name, type: 'counter', help: 'Tokens.', labels: ['grant', 'format'] });
  const one = new LabelledCounter({ name: 'steps_total', type: 'counter', help: 'Steps.', labels: ['step'] });
  registry.registerMetric(two.asMetric());
  registry.registerMetric(one.asMetric());
  two.add('refresh_token', 'jwt');
  two.add('refresh_token', 'jwt');
  two.add('refresh_token', 'opaque');
  one.add('begun', '', 3);
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.strictSame(lines, [
    'tokens_total{grant="refresh_token",format="jwt"} 2',
    'tokens_total{grant="refresh_token",format="opaque"} 1',
    'steps_total{step="begun"} 3',
  ]);
});
