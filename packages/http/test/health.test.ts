// Health checks on both listeners.
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { givenAServer } from './support/given-a-server.ts';

t.test('health and version', async (t) => {
  let problems = {};
  const { admin } = givenAServer(t, { status: () => ({ serving: true, problems }) });
  t.strictSame((await admin('GET /health/alive')).json, { status: 'ok' });
  t.strictSame((await admin('GET /health/ready')).json, { status: 'ok' });
  const old = await admin('GET /health/status');
  t.match([old.status, old.headers.location], [308, '/health/alive']);
  t.equal(old.headers['content-type'], 'text/html; charset=utf-8');
  t.equal(old.text, '<a href="/health/alive">Permanent Redirect</a>\n');
  t.strictSame((await admin('GET /version')).json, { version: 'v-test' });
  problems = { server: 'The server is stopping.' };
  const stopping = await admin('GET /health/ready');
  t.equal(stopping.status, 503);
  t.strictSame(stopping.json, { errors: problems });
  t.equal((await admin('GET /health/alive')).status, 200);
});

t.test('the public listener answers health checks, without details and without HTTP caching', async (t) => {
  let problems = {};
  let checks = 0;
  const stores = memoryStores();
  const { keys } = stores;
  let answer = (): Promise<void> => Promise.resolve();
  const slowKeys = Object.assign(Object.create(keys), {
    list: async (set: string) => {
      checks += 1;
      await answer();
      return keys.list(set);
    },
  });
  const { public: open, apps } = givenAServer(t, {
    stores: { ...stores, keys: slowKeys },
    status: () => ({ serving: true, problems }),
  });
  for (const path of ['/health/alive', '/health/ready']) {
    const reply = await open(`GET ${path}`);
    t.match([reply.status, reply.json], [200, { status: 'ok' }], path);
    t.match(reply.headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    t.equal((await open(`POST ${path}`)).status, 405);
  }
  for (const path of ['/version', '/health/status', '/metrics/prometheus']) {
    t.equal((await open(`GET ${path}`)).status, 404, `${path} is on the admin listener only`);
  }
  checks = 0;
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  answer = () => gate;
  const asked = [open('GET /health/ready'), open('GET /health/ready'), open('GET /health/ready')];
  await apps.public.inject('/health/alive');
  go();
  for (const { status } of await Promise.all(asked)) t.equal(status, 200);
  t.equal(checks, 1, 'requests that arrive during a check share it');
  answer = () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432'));
  const secret = { errors: { server: /admin listener says why/ } };
  const broken = await open('GET /health/ready');
  t.match([broken.status, broken.json], [503, secret]);
  t.notMatch(broken.text, /db\.internal|keys/);
  problems = { clients: 'The schema is not there.' };
  const stopping = await open('GET /health/ready');
  t.match([stopping.status, stopping.json], [503, secret]);
  t.equal((await open('GET /health/alive')).status, 200);
  const without = givenAServer(t, { publicHealth: false });
  t.equal((await without.public('GET /health/alive')).status, 404);
  t.equal((await without.admin('GET /health/alive')).status, 200);
});
