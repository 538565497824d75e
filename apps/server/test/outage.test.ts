// Postgres or Redis dies under a light load and comes back. Checks the answers during the outage, that the server recovers
// without a restart, and that every token that a client received is found afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisProcess } from '@claviger/adapters-redis/testing';
import { startOwnPostgres } from '@claviger/adapters-sql/testing';
import t, { type Test } from 'tap';
import { commonSettings, mixOf } from './support/layouts.ts';
import { type Answered, LightLoad } from './support/light-load.ts';
import { startServer, type TestServer } from './support/start-server.ts';

/** Milliseconds for which a store is unavailable. */
const outage = 2500;

/** Milliseconds for which a node may use the clients that it has just read, with a margin. */
const remembered = 1200;

/** Milliseconds within which the server must work again. */
const recoveryTimeout = 20_000;

const timeouts = {
  CLAVIGER_POSTGRES_CONNECT_TIMEOUT: '1s',
  CLAVIGER_POSTGRES_STATEMENT_TIMEOUT: '1s',
  CLAVIGER_REDIS_COMMAND_TIMEOUT: '1s',
};

/** For each of two commands: waiting for a connection, opening one, the statement, and a margin for a busy machine. */
const longestAnswer = 2 * (1000 + 1000 + 1000 + 500);

const postgres = await startOwnPostgres();
// Redis must write every change to disk before it answers, or it would lose changes. Postgres does so by default.
const redis = await startRedisProcess(['appendonly yes', 'appendfsync always']);
t.teardown(() => Promise.all([postgres.stop(), redis.stop()]));

interface Away {
  readonly stop: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Names of the ports on this store. */
  readonly ports: readonly string[];
}

const health = async ({ adminUrl }: TestServer, name: 'alive' | 'ready') => {
  const reply = await fetch(`${adminUrl}/health/${name}`);
  return { status: reply.status, body: (await reply.json()) as { errors?: Record<string, string> } };
};

const until = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + recoveryTimeout;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what} took more than ${recoveryTimeout} ms.`);
    await sleep(20);
  }
};

const survives = async (t: Test, server: TestServer, { stop, restart, ports }: Away): Promise<void> => {
  const load = await LightLoad.start(server);
  const succeededSince = (since: number) => (kind: Answered['kind']) =>
    load.answers.some((answer) => answer.kind === kind && answer.status === 200 && answer.at >= since);
  await until('the first answers', () => load.tokens.length >= 40);

  const stopped = performance.now();
  await stop();
  const away = sleep(outage);
  const ready = await health(server, 'ready');
  t.equal(ready.status, 503);
  t.strictSame(Object.keys(ready.body.errors ?? {}).sort(), [...ports].sort(), 'readiness names the ports');
  t.equal((await health(server, 'alive')).status, 200, 'the server is alive');
  await away;
  t.equal((await health(server, 'alive')).status, 200);

  const restarting = performance.now();
  await restart();
  const back = performance.now();
  await until('recovery', () => (['token', 'introspection'] as const).every(succeededSince(back)));
  const recovered = performance.now();
  const before = load.tokens.length;
  await until('the load afterwards', () => load.tokens.length >= before + 40);
  await load.stop();
  t.equal((await health(server, 'ready')).status, 200, 'it is ready again, without a restart');

  const failed = load.answers.filter(({ status }) => status !== 200);
  const others = failed.filter(
    ({ status, error, retryAfter }) => status !== 503 || error !== 'temporarily_unavailable' || retryAfter === null,
  );
  t.strictSame(others, [], 'every failure is 503 temporarily_unavailable with Retry-After');
  for (const kind of ['token', 'introspection'] as const) {
    const during = load.answers.filter(
      (answer) => answer.kind === kind && answer.at > stopped + remembered && answer.at + answer.took < restarting,
    );
    t.ok(during.length > 0, `${kind} requests were answered during the outage`);
    t.ok(
      during.every(({ status }) => status === 503),
      `${kind} requests need it`,
    );
  }
  const longest = Math.max(...load.answers.map(({ took }) => took));
  t.ok(longest < longestAnswer, 'no answer took longer than the timeouts');
  const late = load.answers.filter(({ at, status }) => at > recovered && status !== 200);
  t.equal(late.length, 0, 'nothing fails after it is back');

  t.strictSame(load.denied, [], 'no token that a client received was reported as inactive');
  const states = await Promise.all(load.tokens.map((token) => load.isActive(token)));
  t.equal(states.filter((active) => !active).length, 0, `all ${states.length} tokens are there`);
  const succeeded = load.answers.filter(({ at, status }) => at >= back && status === 200).length;
  t.comment(
    `${load.answers.length} requests, ${failed.length} of them 503; back ${Math.round(recovered - back)} ms after the store, ` +
      `${succeeded} succeeded since; longest answer ${Math.round(longest)} ms`,
  );
};

const everyPort = ['adminKeys', 'clients', 'consents', 'flows', 'keys', 'leases', 'loginSessions', 'tokens'];

t.test('everything on Postgres, which dies and comes back', async (t) => {
  const { url } = await postgres.createDatabase();
  const server = await startServer(t, { settings: { ...commonSettings(), ...timeouts, CLAVIGER_DSN: url } });
  await survives(t, server, { stop: postgres.kill, restart: postgres.restart, ports: everyPort });
});

t.test('the recommended mix', async (t) => {
  const { url } = await postgres.createDatabase();
  const mix = mixOf(url, `redis://127.0.0.1:${redis.port}`);
  const server = await startServer(t, { settings: { ...commonSettings(), ...timeouts, ...mix } });
  const onRedis = ['flows', 'loginSessions', 'tokens'];

  await t.test('Postgres dies and comes back: it has the clients, and Redis has the tokens', async (t) => {
    const ports = everyPort.filter((port) => !onRedis.includes(port));
    await survives(t, server, { stop: postgres.kill, restart: postgres.restart, ports });
  });

  const removed = await fetch(`${server.adminUrl}/clients/load`, { method: 'DELETE' });
  t.equal(removed.status, 204);

  await t.test('Redis dies and comes back', async (t) => {
    const stop = async (): Promise<void> => redis.signal('SIGKILL');
    await survives(t, server, { stop, restart: redis.restart, ports: onRedis });
  });
});
