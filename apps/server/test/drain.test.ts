// SIGTERM: readiness changes first, then the listeners close.
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startServer } from './support/start-server.ts';

const readiness = async (adminUrl: string): Promise<number> => (await fetch(`${adminUrl}/health/ready`)).status;

for (const workers of ['1', '2']) {
  t.test(
    `with ${workers} workers a stopping server is not ready, still serves, and ends at a second signal`,
    async (t) => {
      const server = await startServer(t, {
        settings: { CLAVIGER_WORKERS: workers, CLAVIGER_DRAIN_DELAY: '1h', CLAVIGER_LOG_FORMAT: 'json' },
      });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      t.teardown(() => agent.destroy());
      const get = async (): Promise<IncomingMessage> => {
        const sent = httpRequest(`${server.publicUrl}/.well-known/openid-configuration`, { agent }).end();
        const [reply] = (await once(sent, 'response')) as [IncomingMessage];
        reply.resume();
        await once(reply, 'end');
        return reply;
      };
      t.equal((await get()).headers.connection, 'keep-alive');
      const exited = server.kill('SIGTERM');
      for (const deadline = Date.now() + 60_000; (await readiness(server.adminUrl)) === 200; await sleep(20)) {
        if (Date.now() > deadline) throw new Error('It stays ready.');
      }
      t.equal(await readiness(server.adminUrl), 503);
      let reply = await get();
      // With several workers, each learns of it separately.
      while (workers !== '1' && reply.headers.connection === 'keep-alive') reply = await get();
      t.match(
        [reply.statusCode, reply.headers.connection],
        [200, 'close'],
        'responses on kept-alive connections ask to close them',
      );
      t.equal((await get()).statusCode, 200, 'new connections are served');
      t.match(server.output(), /"signal":"SIGTERM","drainDelay":3600,"msg":"stopping"/);
      server.kill('SIGTERM');
      t.strictSame(await exited, { code: 1, signal: null });
    },
  );
}

t.test('the listeners close after the delay, with exit code 0; until then idle connections may stay', async (t) => {
  const settings = { CLAVIGER_WORKERS: '2', CLAVIGER_DRAIN_DELAY: '1s', CLAVIGER_KEEP_ALIVE: '620s' };
  const server = await startServer(t, { settings });
  for (const url of [`${server.publicUrl}/.well-known/jwks.json`, `${server.adminUrl}/health/alive`]) {
    t.equal((await fetch(url)).headers.get('keep-alive'), 'timeout=620', url);
  }
  const before = performance.now();
  t.strictSame(await server.stop(), { code: 0, signal: null });
  t.ok(performance.now() - before >= 1000);
  await t.rejects(fetch(`${server.publicUrl}/.well-known/openid-configuration`));
});
