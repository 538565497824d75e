// Rate limits that are shared through Redis: what happens while it does not answer, and what a server answers.
import { startRedis } from '@claviger/adapters-redis/testing';
import t from 'tap';
import { SharedRateLimiter } from '../src/rate-limits/shared-rate-limiter.ts';
import { startServer } from './support/start-server.ts';

const rates = { token: { requests: 2, seconds: 60 } };

for (const [name, take] of [
  ['fails', () => Promise.reject(new Error('gone'))],
  ['never answers', () => new Promise<number>(() => undefined)],
] as const) {
  t.test(`a process counts alone while Redis ${name}, and warns once`, async (t) => {
    const warnings: object[] = [];
    let asked = 0;
    const buckets = {
      take: () => {
        asked += 1;
        return take();
      },
    };
    const log = () => ({ warn: (details: object) => void warnings.push(details) });
    const limiter = new SharedRateLimiter({ rates, shared: () => buckets, log });
    t.strictSame([await limiter.take('token', 'a'), await limiter.take('token', 'a')], [0, 0]);
    t.ok((await limiter.take('token', 'a')) > 0);
    t.equal(asked, 1, 'the next requests do not wait for it');
    t.equal(warnings.length, 1);
    t.equal(limiter.refused, 1);
    t.equal(await limiter.take('registration', 'a'), 0, 'an endpoint without a limit');
  });
}

t.test('two servers with one Redis share the budget of a client; the metrics count what they refuse', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const settings = {
    CLAVIGER_DSN: redis.url,
    CLAVIGER_REDIS_PREFIX: redis.prefix,
    CLAVIGER_DANGEROUS_REDIS_EVICTION: 'true',
    CLAVIGER_SYSTEM_SECRET: 'a system secret of 32 characters',
    CLAVIGER_RATE_LIMIT_TOKEN: '4/1h',
    CLAVIGER_WORKERS: '1',
  };
  const nodes = await Promise.all([1, 2].map(() => startServer(t, { settings })));
  const body = JSON.stringify({ client_id: 'svc', client_secret: 'svc-secret', grant_types: ['client_credentials'] });
  t.equal((await fetch(`${nodes[0]?.adminUrl}/clients`, { method: 'POST', body })).status, 201);
  const replies: Response[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    replies.push(
      await fetch(`${nodes[turn % 2]?.publicUrl}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('svc:svc-secret')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }),
    );
  }
  t.strictSame(
    replies.map(({ status }) => status),
    [200, 200, 200, 200, 429, 429],
  );
  t.match(replies.at(-1)?.headers.get('retry-after'), /^(899|900)$/);
  t.match(await replies.at(-1)?.json(), { error: 'temporarily_unavailable', status_code: 429 });
  for (const { adminUrl } of nodes) {
    const metrics = await (await fetch(`${adminUrl}/metrics/prometheus`)).text();
    t.match(metrics, /^claviger_rate_limited_total 1$/m);
  }
});

t.test('each limited endpoint answers 429 as its OpenAPI document says', async (t) => {
  const names = ['TOKEN', 'INTROSPECTION', 'AUTHORIZATION', 'REGISTRATION'];
  const limits = Object.fromEntries(names.map((name) => [`CLAVIGER_RATE_LIMIT_${name}`, '1/1h']));
  // Without Redis, each worker counts alone.
  const settings = { ...limits, CLAVIGER_WORKERS: '1', CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'open' };
  // scripts/check-answers.mjs compares each answer with the document.
  const { publicUrl } = await startServer(t, { settings });
  const form = { method: 'POST', headers: { authorization: `Basic ${btoa('nobody:wrong')}` } };
  const body = (values: Record<string, string>) => ({ ...form, body: new URLSearchParams(values) });
  const json = { 'content-type': 'application/json' };
  const cases: readonly (readonly [string, RequestInit, RegExp])[] = [
    ['/oauth2/token', body({ grant_type: 'client_credentials' }), /json/],
    ['/oauth2/introspect', body({ token: 'x' }), /json/],
    ['/oauth2/auth?client_id=nobody', {}, /html/],
    ['/oauth2/auth', { method: 'POST', body: new URLSearchParams({ client_id: 'nobody' }) }, /html/],
    ['/oauth2/register', { method: 'POST', headers: json, body: '{}' }, /json/],
  ];
  for (const [path, request, type] of cases) {
    await (await fetch(`${publicUrl}${path}`, request)).arrayBuffer();
    const limited = await fetch(`${publicUrl}${path}`, request);
    await limited.arrayBuffer();
    t.equal(limited.status, 429, path);
    t.match(limited.headers.get('retry-after'), /^\d+$/, path);
    t.match(limited.headers.get('content-type'), type, path);
  }
});
