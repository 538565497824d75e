// Commands read few rows on Postgres, in tables and sessions of any size.
import { seconds, type TokenStore } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { startPostgres } from '../src/testing/index.ts';
import { addStrangers, hotCommands } from './support/hot-commands.ts';
import { WatchedStores } from './support/rows-read.ts';

const { fullGrant, fullToken, grantIdOf, hashOf, later } = fixtures;

const server = await startPostgres();
t.teardown(() => server.stop());

const openDatabase = async (t: Test) => {
  const database = await server.createDatabase();
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  t.teardown(async () => {
    await admin.end();
    await database.drop();
  });
  const node = await openPostgresStores({ url: database.url });
  await node.migrate();
  await node.close();
  return { admin, open: (name: string) => WatchedStores.open(admin, database.url, name) };
};

const pairOf = (grantId: string, generation: number) => [
  fullToken({ key: { grantId, hash: hashOf(`access-${generation}`) } }),
  fullToken({ key: { grantId, hash: hashOf(`refresh-${generation}`) }, kind: 'refresh', expiresAt: later(500_000) }),
];

/** Rotates the refresh token of each generation in turn. */
const refresh = async (store: TokenStore, grantId: string, from: number, times: number): Promise<void> => {
  for (let generation = from; generation < from + times; generation += 1) {
    const key = { grantId, hash: hashOf(`refresh-${generation}`) };
    const rotation = { successors: pairOf(grantId, generation + 1), sealed: 'sealed', grace: seconds(30) };
    const { outcome } = await store.rotateRefreshToken(key, rotation, later(generation));
    if (outcome !== 'rotated') throw new Error(outcome);
  }
};

t.test('a rotation and a look-up read few rows, however many rotations came before', async (t) => {
  const { open } = await openDatabase(t);
  const id = grantIdOf('long');
  const earlier = await open('earlier');
  await earlier.stores.tokens.createGrant(fullGrant({ id }), { tokens: pairOf(id, 0) });
  await refresh(earlier.stores.tokens, id, 0, 300);
  await earlier.close();
  const measured = await open('measured');
  const times = 20;
  const { total, where } = await measured.rowsReadBy(() => refresh(measured.stores.tokens, id, 300, times));
  t.comment(`rows read by a rotation: ${total / times}`);
  t.ok(total / times < 20, JSON.stringify(where));

  const looking = await open('looking');
  const look = async (): Promise<void> => {
    for (let index = 0; index < times; index += 1) {
      const key = { grantId: id, hash: hashOf(`refresh-${300 + index}`) };
      t.ok(await looking.stores.tokens.findToken(key, later(320)));
    }
  };
  const looked = await looking.rowsReadBy(look);
  t.ok(looked.total / times < 20, `a look-up: ${JSON.stringify(looked.where)}`);
});

const tables = ['clients', 'codes', 'consents', 'flows', 'grants', 'login_sessions', 'tokens'];

/** The tables when they were last analyzed. The planner treats empty tables and those of one row differently. */
const states = {
  new: async () => undefined,
  'analyzed while they were empty': (admin: postgres.Sql) => analyze(admin),
  'analyzed with one row in each': async (admin: postgres.Sql) => {
    await addStrangers(admin, 0, 0);
    await analyze(admin);
  },
  'analyzed with a hundred rows in each': async (admin: postgres.Sql) => {
    await addStrangers(admin, -99, 0);
    await analyze(admin);
  },
};

const analyze = async (admin: postgres.Sql): Promise<void> => {
  for (const table of tables) await admin`VACUUM ANALYZE ${admin(table)}`;
};

for (const [state, learn] of Object.entries(states)) {
  t.test(`commands that were prepared on tables ${state} read few rows when these are full`, async (t) => {
    const { admin, open } = await openDatabase(t);
    for (const table of tables) {
      // Autovacuum would cause new plans for the current state of the tables.
      await admin`ALTER TABLE ${admin(table)} SET (autovacuum_enabled = false)`;
    }
    await learn(admin);
    const others = await open('others');
    const prepared = 10;
    const times = 20;
    const watched = new Map<string, WatchedStores>();
    for (const [name, { prepare, run, expected }] of Object.entries(hotCommands)) {
      const node = await open(name);
      watched.set(name, node);
      for (let index = 0; index < prepared; index += 1) {
        await prepare?.(others.stores, index);
        t.equal(await run(node.stores, index), expected);
      }
    }
    await addStrangers(admin, 1, 20_000);
    for (const [name, node] of watched) {
      const { prepare, run, expected } = hotCommands[name] ?? {};
      for (let index = prepared; index < prepared + times; index += 1) await prepare?.(others.stores, index);
      const { total, where } = await node.rowsReadBy(async () => {
        for (let index = prepared; index < prepared + times; index += 1) {
          t.equal(await run?.(node.stores, index), expected);
        }
      });
      t.ok(total / times < 20, `${name}: ${total / times} ${JSON.stringify(where)}`);
    }
    await others.close();
  });
}
