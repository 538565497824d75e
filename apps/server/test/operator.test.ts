// The tasks of an operator: migrate, run workers, wait for a database, clean expired rows, stop.
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '@claviger/adapters-sql/testing';
import t, { type Test } from 'tap';
import { freePorts } from './support/free-port.ts';
import { runServer, startServer } from './support/start-server.ts';

const secret = 'a system secret of 32 characters';

const command = async (t: Test, words: readonly string[], settings: Record<string, string>) => {
  const { exited, output } = runServer(t, settings, words);
  return { code: (await exited).code, output: output() };
};

const json = async (url: string) => {
  const reply = await fetch(url);
  return { status: reply.status, body: await reply.json() };
};

t.test('migrate reports, prints and applies pending migrations; an unknown command is an error', async (t) => {
  const settings = { CLAVIGER_DSN: `sqlite:${join(t.testdir(), 'fresh.db')}` };
  const before = await command(t, ['migrate', 'status'], settings);
  t.match(before, { code: 1, output: /missing {2}0001_first_schema/ });
  t.match(await command(t, ['migrate', 'up', '--dry-run'], settings), { code: 0, output: /CREATE TABLE clients/ });
  t.match(await command(t, ['migrate', 'status'], settings), { code: 1 }, 'a dry run changes nothing');
  t.match(await command(t, ['migrate', 'up'], settings), { code: 0, output: /applied {2}0001_first_schema/ });
  t.match(await command(t, ['migrate', 'status'], settings), { code: 0, output: /applied {2}0002_token_audience/ });
  t.match(await command(t, ['migrate', 'up'], settings), { code: 0, output: /up to date/ });
  t.match(await command(t, ['migrat'], settings), {
    code: 2,
    output: /Unknown command 'migrat'\n\(Did you mean migrate\?\)/,
  });
  t.match(await command(t, ['version'], settings), { code: 0, output: /^\d+\.\d+\.\d+\n$/ });
});

t.test('a node waits for a schema that it can use, logs that, and serves when it exists', async (t) => {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  const { url } = await postgres.createDatabase();
  const [publicPort = 0, adminPort = 0] = await freePorts(2);
  const settings = {
    CLAVIGER_DSN: url,
    CLAVIGER_SYSTEM_SECRET: secret,
    CLAVIGER_ISSUER: `http://127.0.0.1:${publicPort}/`,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    CLAVIGER_WORKERS: '2',
    CLAVIGER_LOG_FORMAT: 'json',
  };
  const node = runServer(t, settings);
  const ready = `http://127.0.0.1:${adminPort}/health/ready`;
  const until = async (status: number, saying = '') => {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
      const found = await json(ready).catch(() => undefined);
      if (found?.status === status && JSON.stringify(found.body).includes(saying)) return found;
    }
    throw new Error(`Never ${status}:\n${node.output()}`);
  };
  t.match(await until(503, 'migrate up'), { body: { errors: { clients: /migrate up/, tokens: /migrate up/ } } });
  t.equal((await fetch(`http://127.0.0.1:${adminPort}/health/alive`)).status, 200);
  const refused = await fetch(`http://127.0.0.1:${publicPort}/oauth2/token`, { method: 'POST' });
  t.equal(refused.status, 503);
  t.match(refused.headers.get('retry-after'), /^[1-9]/);
  t.match(await refused.json(), { error: 'temporarily_unavailable' });

  t.match(await command(t, ['migrate', 'up'], settings), { code: 0, output: /applied/ });
  // Each worker checks once a second.
  const readyWorkers = () => [...node.output().matchAll(/"msg":"ready"/g)].length;
  for (const deadline = Date.now() + 30_000; readyWorkers() < 2 && Date.now() < deadline; ) await sleep(50);
  t.equal(readyWorkers(), 2);
  const body = JSON.stringify({ client_id: 'svc', client_secret: 'svc-secret', grant_types: ['client_credentials'] });
  t.equal((await fetch(`http://127.0.0.1:${adminPort}/clients`, { method: 'POST', body })).status, 201);
  const authorization = `Basic ${btoa('svc:svc-secret')}`;
  const ask = () =>
    fetch(`http://127.0.0.1:${publicPort}/oauth2/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
  for (const reply of await Promise.all(Array.from({ length: 8 }, ask))) t.equal(reply.status, 200);
  const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics/prometheus`)).text();
  const counted = [...metrics.matchAll(/_count\{[^}]*route="\/oauth2\/token",status="200"\} (\d+)/g)].map(([, count]) =>
    Number(count),
  );
  t.equal(
    counted.reduce((sum, count) => sum + count, 0),
    8,
    'the metrics of all workers together',
  );
  // Every worker has just read the client, and all of them forget it immediately when one deletes it.
  for (const reply of await Promise.all(Array.from({ length: 8 }, ask))) t.equal(reply.status, 200);
  t.equal((await fetch(`http://127.0.0.1:${adminPort}/clients/svc`, { method: 'DELETE' })).status, 204);
  for (const reply of await Promise.all(Array.from({ length: 8 }, ask))) t.equal(reply.status, 401);
  t.strictSame(await node.kill('SIGTERM'), { code: 0, signal: null });
});

t.test('an invalid data source name stops the node and its workers with exit code 2', async (t) => {
  const [publicPort = 0, adminPort = 0] = await freePorts(2);
  const settings = {
    CLAVIGER_DSN: 'postgres://nobody@127.0.0.1:1/nothing?sslmode=nonsense',
    CLAVIGER_SYSTEM_SECRET: secret,
    CLAVIGER_ISSUER: `http://127.0.0.1:${publicPort}/`,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    CLAVIGER_WORKERS: '2',
  };
  t.match(await command(t, [], settings), { code: 2, output: /sslmode/ });
});

t.test('SIGTERM: requests in flight are answered, idle connections are closed, and the exit code is 0', async (t) => {
  const server = await startServer(t);
  const idle = connect(server.publicPort, '127.0.0.1');
  await once(idle, 'connect');
  const slow = connect(server.publicPort, '127.0.0.1');
  await once(slow, 'connect');
  const head =
    'POST /oauth2/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 29\r\n\r\ngrant_type=';
  slow.write(head);
  await sleep(100);
  const exited = server.stop();
  await sleep(200);
  slow.write('client_credentials');
  const [answer] = (await once(slow, 'data')) as [Buffer];
  t.match(String(answer), /^HTTP\/1\.1 401 /);
  t.strictSame(await exited, { code: 0, signal: null });
  idle.destroy();
});

t.test('expired rows are deleted automatically, and the log says how many', async (t) => {
  const server = await startServer(t, {
    settings: { CLAVIGER_CLEANER_INTERVAL: '1s', CLAVIGER_ACCESS_TOKEN_LIFESPAN: '1s', CLAVIGER_LOG_FORMAT: 'json' },
  });
  const body = JSON.stringify({ client_id: 'svc', client_secret: 'svc-secret', grant_types: ['client_credentials'] });
  await fetch(`${server.adminUrl}/clients`, { method: 'POST', body });
  for (let index = 0; index < 5; index++) {
    await fetch(`${server.publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('svc:svc-secret')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
  }
  const removed = () =>
    [...server.output().matchAll(/"tokens":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  for (const deadline = Date.now() + 20_000; removed() < 5 && Date.now() < deadline; ) {
    await sleep(100);
  }
  t.equal(removed(), 5);
});
