// Leases, which the previous release calls claims. Its stores and these run side by side on one Postgres, SQLite file, Redis and
// Redis Cluster. A name that one of them has taken is taken for the other, before, during and after the migration.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openRedisStores, type RedisOptions } from '@claviger/adapters-redis';
import { startRedis, startRedisCluster } from '@claviger/adapters-redis/testing';
import { openPostgresStores, type PostgresOptions } from '@claviger/adapters-sql/postgres';
import { openSqliteStores, type SqliteOptions } from '@claviger/adapters-sql/sqlite';
import { startPostgres } from '@claviger/adapters-sql/testing';
import type { EpochSeconds, Lease } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import t, { type Test } from 'tap';
import { buildPreviousRelease } from './support/previous-release.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const { hashOf, later, now } = fixtures;

/** The leases of one node, under the name of either release. */
interface Node {
  acquire(lease: Lease, now: EpochSeconds): Promise<boolean>;
  removeExpired(now: EpochSeconds, limit: number): Promise<number>;
}

/** The parts of the stores of the previous release that this test uses. */
interface FormerStores {
  readonly stores: {
    readonly claims: { claim: Node['acquire']; removeExpired: Node['removeExpired'] };
  };
  migrate(): Promise<unknown>;
  close(): Promise<void>;
}

interface FormerAdapters {
  openPostgresStores(options: PostgresOptions): Promise<FormerStores>;
  openSqliteStores(options: SqliteOptions): Promise<FormerStores>;
  openRedisStores(options: RedisOptions): Promise<FormerStores>;
}

const formerNode = ({ stores: { claims } }: FormerStores): Node => ({
  acquire: (lease, now) => claims.claim(lease, now),
  removeExpired: (now, limit) => claims.removeExpired(now, limit),
});

const leaseOf = (name: string, holder: string, until = later(60)): Lease => ({ name: hashOf(name), holder, until });

/** Each node is refused a lease that the other holds, and gets it when the lease has ended or was released. */
const exclude = async (t: Test, nodes: readonly [Node, Node]): Promise<void> => {
  for (const [one, other] of [nodes, [nodes[1], nodes[0]]] as const) {
    const name = randomUUID();
    t.equal(await one.acquire(leaseOf(name, 'one'), now), true);
    t.equal(await other.acquire(leaseOf(name, 'other', later(120)), later(59)), false, 'the lease is still running');
    t.equal(await one.acquire(leaseOf(name, 'one', later(100)), later(59)), true, 'the holder renews it');
    t.equal(await other.acquire(leaseOf(name, 'other', later(120)), later(99)), false, 'the other release sees that');
    t.equal(await other.acquire(leaseOf(name, 'other', later(160)), later(100)), true, 'the lease has ended');
    t.equal(await one.acquire(leaseOf(name, 'one', later(160)), later(101)), false);
    t.equal(await other.acquire(leaseOf(name, 'other', later(102)), later(102)), true, 'the holder releases it');
    t.equal(await one.acquire(leaseOf(name, 'one', later(160)), later(102)), true);
  }
};

const races = 25;

/** Of 20 attempts by two nodes of each release, one gets the name, whether it is free or its lease has ended. */
const race = async (t: Test, nodes: readonly Node[]): Promise<void> => {
  const winners: number[] = [];
  const attempt = async (name: string, at: EpochSeconds, until: EpochSeconds): Promise<void> => {
    const attempts = Array.from({ length: 20 }, (_, index) =>
      nodes[index % nodes.length]?.acquire(leaseOf(name, `${at}-${index}`, until), at),
    );
    winners.push((await Promise.all(attempts)).filter((granted) => granted).length);
  };
  for (let round = 0; round < races; round += 1) {
    const name = randomUUID();
    await attempt(name, now, later(60));
    await attempt(name, later(60), later(120));
  }
  t.same(new Set(winners), new Set([1]), `one winner in each of ${winners.length} races`);
};

/** Leases that either node removes are removed for both, and running leases stay. */
const clean = async (t: Test, nodes: readonly [Node, Node]): Promise<void> => {
  for (const [one, other] of [nodes, [nodes[1], nodes[0]]] as const) {
    const [ended, running] = [randomUUID(), randomUUID()];
    await one.acquire(leaseOf(ended, 'one', later(1000)), now);
    await one.acquire(leaseOf(running, 'one', later(5000)), now);
    while ((await other.removeExpired(later(1000), 100)) > 0);
    t.equal(await one.removeExpired(later(1000), 100), 0, 'nothing is left to remove');
    t.equal(await other.acquire(leaseOf(running, 'other', later(6000)), later(1000)), false);
    t.equal(await other.acquire(leaseOf(ended, 'other', later(1001)), now), true);
  }
};

/** Takes one-time values at alternating nodes until it is stopped. Returns those that were not taken exactly once. */
const traffic = (nodes: () => readonly Node[]): { readonly stop: () => Promise<readonly unknown[]> } => {
  let stopping = false;
  const faults: unknown[] = [];
  const run = async (): Promise<void> => {
    while (!stopping) {
      const name = randomUUID();
      const attempts = [...nodes(), ...nodes()].map((node, index) => node.acquire(leaseOf(name, `${index}`), now));
      const granted = (await Promise.all(attempts)).filter((one) => one);
      if (granted.length !== 1) faults.push(granted.length);
    }
  };
  const running = Promise.all([1, 2, 3].map(() => run().catch((error: unknown) => void faults.push(error))));
  return {
    stop: async () => {
      stopping = true;
      await running;
      return faults;
    },
  };
};

const previous = await buildPreviousRelease(t);
const skip = 'missing' in previous ? previous.missing : false;
const former: FormerAdapters | undefined =
  'missing' in previous
    ? undefined
    : {
        ...(await import(pathToFileURL(previous.adapters.sql).href)),
        ...(await import(pathToFileURL(previous.adapters.redis).href)),
      };

const adapters = (): FormerAdapters => {
  if (!former) throw new Error('The previous release was not built.');
  return former;
};

interface Opened {
  readonly stores: { readonly leases: Node };
  migrate(): Promise<unknown>;
  close(): Promise<void>;
}

/** The previous release creates the tables and takes leases. This release migrates while both take leases, and both continue. */
const upgrade = async (
  t: Test,
  openFormer: () => Promise<FormerStores>,
  open: () => Promise<Opened>,
): Promise<void> => {
  const formerStores = [await openFormer(), await openFormer()] as const;
  const present = [await open(), await open()] as const;
  t.teardown(async () => void (await Promise.all([...formerStores, ...present].map(({ close }) => close()))));
  await formerStores[0].migrate();
  const [old, secondOld] = [formerNode(formerStores[0]), formerNode(formerStores[1])];
  t.equal(await old.acquire(leaseOf('before', 'old'), now), true);

  let nodes: readonly Node[] = [old, secondOld];
  const running = traffic(() => nodes);
  await present[0].migrate();
  const [young, secondYoung] = [present[0].stores.leases, present[1].stores.leases];
  nodes = [old, young, secondOld, secondYoung];
  t.equal(
    await young.acquire(leaseOf('before', 'young'), later(59)),
    false,
    'a lease from before the migration is held',
  );
  t.equal(await old.acquire(leaseOf('before', 'old', later(90)), later(59)), true, 'its holder can still renew it');
  await exclude(t, [old, young]);
  await race(t, nodes);
  t.same(await running.stop(), [], 'every one-time value was used once, and no request failed');
  await clean(t, [old, young]);
};

t.test('Postgres', { skip }, async (t) => {
  const server = await startPostgres();
  t.teardown(() => server.stop());
  for (const parameters of ['', '?prepare=false']) {
    await t.test(parameters || 'prepared', async (t) => {
      const { url, drop } = await server.createDatabase();
      t.teardown(drop);
      const options = { url: `${url}${parameters}` };
      await upgrade(
        t,
        () => adapters().openPostgresStores(options),
        () => openPostgresStores(options),
      );
    });
  }
});

t.test('SQLite', { skip }, async (t) => {
  const file = join(t.testdir({}), 'leases.sqlite');
  await upgrade(
    t,
    () => adapters().openSqliteStores({ file }),
    () => openSqliteStores({ file }),
  );
});

for (const [name, start] of [
  ['Redis', startRedis],
  ['Redis Cluster', startRedisCluster],
] as const) {
  t.test(name, { skip }, async (t) => {
    const redis = await start();
    t.teardown(() => redis.stop());
    const options = { url: redis.url, prefix: redis.prefix };
    const old = [await adapters().openRedisStores(options), await adapters().openRedisStores(options)] as const;
    const young = [await openRedisStores(options), await openRedisStores(options)] as const;
    t.teardown(async () => void (await Promise.all([...old, ...young].map(({ close }) => close()))));
    const [one, other] = [formerNode(old[0]), young[0].stores.leases];
    await exclude(t, [one, other]);
    await race(t, [one, other, formerNode(old[1]), young[1].stores.leases]);
  });
}
