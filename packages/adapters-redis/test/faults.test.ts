// What happens when Redis is unavailable, hangs, loses its scripts, is configured to lose tokens, or refuses the credentials.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { StoreUnavailable } from '@claviger/core';
import { fixtures, runContracts } from '@claviger/core/contract';
import t, { type Test } from 'tap';
import { openRedisStores, type RedisOptions, type RedisStores } from '../src/index.ts';
import { askRedis, type RedisProcess, startRedisCluster, startRedisProcess } from '../src/testing/index.ts';
import { within } from './support/contract-runs.ts';

const { fullClient, fullClientToken, fullCode, fullFlow, fullGrant, fullToken, hashOf, now } = fixtures;

const timeout = 300;

const urlOf = ({ port }: RedisProcess): string => `redis://127.0.0.1:${port}`;

const start = async (t: Test, ...settings: readonly string[]): Promise<RedisProcess> => {
  const server = await startRedisProcess(settings);
  t.teardown(() => server.stop());
  return server;
};

const open = async (t: Test, url: string, options: Partial<RedisOptions> = {}): Promise<RedisStores> => {
  const redis = await openRedisStores({ url, commandTimeoutMs: timeout, ...options });
  t.teardown(() => redis.close());
  return redis;
};

/** Checks that the command rejects with StoreUnavailable, and not much later than the timeout. */
const isAway = async (t: Test, command: () => Promise<unknown>): Promise<void> => {
  const begin = performance.now();
  await t.rejects(command(), StoreUnavailable);
  t.ok(performance.now() - begin < 2 * timeout, 'in time');
};

/** Waits until the stores answer again. */
const isBack = async (redis: RedisStores): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (
    await redis.stores.clients.find('app').then(
      () => false,
      (error: unknown) => {
        if (Date.now() > deadline) throw error;
        return true;
      },
    )
  ) {
    await sleep(20);
  }
};

t.test('while a server is down, commands fail in time, and they work again when it is back', async (t) => {
  const server = await start(t, 'appendonly yes', 'appendfsync always');
  const failures: Error[] = [];
  const redis = await open(t, urlOf(server), { onConnectionError: (error) => failures.push(error) });
  const { clients, tokens } = redis.stores;
  await clients.create(fullClient());
  await tokens.createGrant(fullGrant(), { code: fullCode() });
  await redis.check();

  server.signal('SIGKILL');
  await isAway(t, () => clients.find('app'));
  await isAway(t, () => tokens.redeemCode(fullCode().key, [fullToken()], now));
  await isAway(t, () => redis.check());
  const many = await Promise.allSettled(Array.from({ length: 1000 }, () => clients.find('app')));
  t.ok(
    many.every(({ status }) => status === 'rejected'),
    'nothing waits in a queue',
  );

  while (failures.length === 0) await sleep(20);
  await server.restart();
  await isBack(redis);
  t.same(await clients.find('app'), fullClient());
  t.equal(
    await tokens.redeemCode(fullCode().key, [fullToken()], now),
    'redeemed',
    'no earlier command took effect late',
  );
  await redis.check();
  t.match(failures[0], StoreUnavailable, 'the failed connections were reported');
});

t.test('while a server hangs, commands fail in time, and they work again when it continues', async (t) => {
  const server = await start(t);
  const redis = await open(t, urlOf(server));
  await redis.stores.clients.create(fullClient());
  server.signal('SIGSTOP');
  await isAway(t, () => redis.stores.clients.find('app'));
  await isAway(t, () => redis.check());
  server.signal('SIGCONT');
  await isBack(redis);
  t.same(await redis.stores.clients.find('app'), fullClient());
});

t.test('an unavailable master of a Cluster affects only its own keys, which work again when it is back', async (t) => {
  const cluster = await startRedisCluster();
  t.teardown(() => cluster.stop());
  const redis = await open(t, cluster.url);
  const ids = Array.from({ length: 30 }, (_, index) => `client ${index}`);
  for (const id of ids) await redis.stores.clients.create(fullClient({ id }));
  const [lost] = cluster.nodes;
  lost?.signal('SIGKILL');
  const begin = performance.now();
  const found = await Promise.allSettled(ids.map((id) => redis.stores.clients.find(id)));
  t.ok(performance.now() - begin < 3 * timeout, 'in time');
  const failed = found.filter((result): result is PromiseRejectedResult => result.status === 'rejected');
  t.ok(failed.length > 0 && failed.length < ids.length);
  for (const { reason } of failed) t.ok(reason instanceof StoreUnavailable);
  await lost?.restart();
  await t.resolves(
    (async () => {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const again = await Promise.allSettled(ids.map((id) => redis.stores.clients.find(id)));
        if (again.every(({ status }) => status === 'fulfilled')) return;
        if (Date.now() > deadline) throw new Error('The Cluster does not answer for all keys.');
        await sleep(50);
      }
    })(),
  );
});

t.test('behind Sentinel the new master is found when the old one is unavailable', async (t) => {
  const master = await start(t);
  const replica = await start(t, `replicaof 127.0.0.1 ${master.port}`, 'repl-diskless-sync-delay 0');
  const watch = [
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds main 300',
    'sentinel failover-timeout main 2000',
  ];
  const sentinel = await startRedisProcess(watch, 'sentinel');
  t.teardown(() => sentinel.stop());
  const until = async (port: number, command: readonly [string, ...string[]], answer: RegExp): Promise<void> => {
    // A server that changes its role closes all client connections.
    const ask = (): Promise<unknown> => askRedis(port, ...command).catch(() => '');
    while (!answer.test(String(await ask()))) await sleep(50);
  };
  await until(replica.port, ['info', 'replication'], /master_link_status:up/);
  await until(sentinel.port, ['sentinel', 'master', 'main'], /num-slaves,1/);

  const redis = await open(t, `redis+sentinel://127.0.0.1:${sentinel.port}/main`);
  await redis.stores.clients.create(fullClient());
  await until(replica.port, ['dbsize'], /2/);
  master.signal('SIGKILL');
  await isAway(t, () => redis.stores.clients.find('app'));
  await until(replica.port, ['role'], /^master/);
  await isBack(redis);
  t.same(await redis.stores.clients.find('app'), fullClient());
  t.equal(await redis.stores.clients.remove('app'), true, 'the new master accepts writes');
});

t.test('scripts are loaded again on a server that has lost them', async (t) => {
  const server = await start(t);
  const { stores } = await open(t, urlOf(server));
  for (const id of ['before', 'after']) {
    t.equal(await stores.clients.create(fullClient({ id })), 'created');
    await askRedis(server.port, 'script', 'flush');
  }
});

t.test('an eviction policy that may drop live tokens is refused at start, unless a setting allows it', async (t) => {
  for (const policy of ['allkeys-lru', 'volatile-ttl']) {
    const server = await start(t, 'maxmemory 100mb', `maxmemory-policy ${policy}`);
    const url = urlOf(server);
    await t.rejects(openRedisStores({ url }), { name: 'EvictionPolicyError', message: new RegExp(policy) });
    await (await openRedisStores({ url, allowEviction: true })).close();
  }
  const full = await start(t, 'maxmemory 100mb', 'maxmemory-policy noeviction');
  await (await openRedisStores({ url: urlOf(full) })).close();
  const unlimited = await start(t, 'maxmemory-policy allkeys-lru');
  await (await openRedisStores({ url: urlOf(unlimited) })).close();
});

t.test('a server with full memory counts as unavailable for writes, and still serves reads', async (t) => {
  const server = await start(t, 'maxmemory-policy noeviction');
  const { stores } = await open(t, urlOf(server));
  await stores.tokens.createGrant(fullGrant(), { code: fullCode() });
  await askRedis(server.port, 'config', 'set', 'maxmemory', '1');
  await t.rejects(stores.flows.create(fullFlow()), StoreUnavailable);
  await t.rejects(stores.tokens.redeemCode(fullCode().key, [fullToken()], now), StoreUnavailable);
  t.equal((await stores.tokens.findCode(fullCode().key, now))?.used, false, 'the code was not used up');
});

t.test('no error shows the password, a hash or a value', async (t) => {
  const server = await start(t, 'requirepass hunter2');
  const shown: unknown[] = [];
  const onConnectionError = (error: Error): void => void shown.push(error);
  for (const credentials of [':hunter2-wrong', 'nobody:hunter2', '']) {
    const url = `redis://${credentials === '' ? '' : `${credentials}@`}127.0.0.1:${server.port}`;
    await openRedisStores({ url, onConnectionError }).then(
      () => t.fail('the login succeeded'),
      (error: unknown) => shown.push(error),
    );
  }
  t.match(shown.at(-1), { cause: { message: /NOAUTH/ } }, 'the error states the reason');
  const redis = await open(t, `redis://:hunter2@127.0.0.1:${server.port}`);
  server.signal('SIGKILL');
  await redis.stores.tokens.saveClientToken(fullClientToken()).catch((error: unknown) => shown.push(error));
  for (const error of shown) {
    const everything = inspect(error, { depth: 10, showHidden: true });
    t.notMatch(everything, /hunter2/);
    t.notMatch(everything, new RegExp(hashOf('client-token')));
  }
});

t.test('an account with the commands in docs/redis.md and the key prefix is enough', async (t) => {
  const page = readFileSync(new URL('../../../../docs/redis.md', import.meta.url), 'utf8');
  const [, list = ''] = /ACL SETUSER claviger([^`]*)/.exec(page) ?? [];
  const allowed = list.split(/\s+/).filter((word) => word.startsWith('+'));
  t.ok(allowed.length > 20);
  const server = await start(t, `user claviger on >hunter2 ~claviger:* resetchannels -@all ${allowed.join(' ')}`);
  const url = `redis://claviger:hunter2@127.0.0.1:${server.port}`;
  let cases = 0;
  await runContracts(
    within(t),
    async () => {
      cases += 1;
      const { stores, close } = await openRedisStores({ url, prefix: `claviger:${cases}:` });
      return { store: stores, close };
    },
    'automatic',
  );
  const outside = await open(t, url, { prefix: 'other:' });
  const token = fullClientToken();
  const refusal: unknown = await outside.stores.tokens.saveClientToken(token).catch((error: unknown) => error);
  t.match(refusal, { name: 'StoreUnavailable', cause: { message: /NOPERM/ } });
  t.notMatch(inspect(refusal, { depth: 10, showHidden: true }), new RegExp(token.key.hash));
});

t.test(
  'an account that loses its rights or its password makes the store unavailable until it has them again',
  async (t) => {
    const server = await start(t, 'user claviger on >hunter2 ~* &* +@all');
    const redis = await open(t, `redis://claviger:hunter2@127.0.0.1:${server.port}`);
    const { clients, tokens } = redis.stores;
    await clients.create(fullClient());
    const faults = [
      ['-hget', '+hget'],
      ['-hsetnx', '+hsetnx'],
      ['-evalsha -eval', '+evalsha +eval'],
      ['resetkeys ~other:*', '~*'],
      ['>changed <hunter2', '>hunter2'],
      ['off', 'on'],
    ] as const;
    for (const [fault, cure] of faults) {
      const administer = (rules: string) => askRedis(server.port, 'acl', 'setuser', 'claviger', ...rules.split(' '));
      await administer(fault);
      await askRedis(server.port, 'client', 'kill', 'user', 'claviger');
      await t.rejects(
        clients.find('app').then(() => clients.create(fullClient({ id: fault }))),
        StoreUnavailable,
        fault,
      );
      await t.rejects(
        clients.find('app').then(() => tokens.createGrant(fullGrant(), {}).then(() => clients.create(fullClient()))),
        StoreUnavailable,
        fault,
      );
      await administer(cure);
      await isBack(redis);
    }
    t.same(await clients.find('app'), fullClient());
  },
);

t.test('an unreachable server is reported at start, in time', async (t) => {
  const server = await startRedisProcess();
  await server.stop();
  await t.rejects(openRedisStores({ url: urlOf(server) }), StoreUnavailable);
  await t.rejects(openRedisStores({ url: urlOf(server).replace('redis:', 'redis+cluster:') }), StoreUnavailable);
  const begin = performance.now();
  const sentinel = `${urlOf(server).replace('redis:', 'redis+sentinel:')}/main`;
  await t.rejects(openRedisStores({ url: sentinel, connectTimeoutMs: timeout }), StoreUnavailable);
  t.ok(performance.now() - begin < 3 * timeout);
});

t.test('closed stores reject every command', async (t) => {
  const server = await start(t);
  const redis = await openRedisStores({ url: urlOf(server) });
  await redis.close();
  await t.rejects(redis.stores.clients.find('app'), StoreUnavailable);
  await t.rejects(redis.stores.tokens.findToken(fullToken().key, now), StoreUnavailable);
  await redis.close();
});

t.test('a prefix separates systems on one server', async (t) => {
  const server = await start(t);
  const one = await open(t, urlOf(server), { prefix: 'one:' });
  const other = await open(t, urlOf(server), { prefix: 'other:' });
  await one.stores.clients.create(fullClient());
  t.equal(await other.stores.clients.find('app'), undefined);
  await t.rejects(openRedisStores({ url: urlOf(server), prefix: '{all}:' }), /braces/);
});
