// What a command reads on Postgres: few rows, however many there are, and however long a session has lasted.
import { seconds, type TokenStore } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { startPostgres } from '../src/testing/index.ts';
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

/** Rotates the refresh token of one generation after the other. */
const refresh = async (store: TokenStore, grantId: string, from: number, times: number): Promise<void> => {
  for (let generation = from; generation < from + times; generation += 1) {
    const key = { grantId, hash: hashOf(`refresh-${generation}`) };
    const rotation = { successors: pairOf(grantId, generation + 1), sealed: 'sealed', grace: seconds(30) };
    const { outcome } = await store.rotateRefreshToken(key, rotation, later(generation));
    if (outcome !== 'rotated') throw new Error(outcome);
  }
};

t.test('a rotation reads few rows, however many rotations came before', async (t) => {
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
});
