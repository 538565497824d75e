// `latest` in the grant saves the next rotation a search and must never change the result. The model is the memory store,
// which always searches all tokens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stores, seconds } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import SqliteClient from 'better-sqlite3';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores, openSqliteStores } from '../src/index.ts';
import { startPostgres } from '../src/testing/index.ts';
import { RotationWalk } from './support/rotation-walk.ts';

const { fullGrant, fullToken, grantIdOf, hashOf, later, now } = fixtures;

interface Opened {
  readonly stores: Stores;
  /** The stores of another node or process on the same database. */
  readonly others: Stores;
  latest(grantId: string): Promise<Buffer | null>;
  /** Leaves the row as a node of the previous release does, which does not know the column. */
  putBack(grantId: string, latest: Buffer | null): Promise<void>;
}

const openSqlite = async (t: Test): Promise<Opened> => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-rotation-'));
  const file = join(folder, 'test.sqlite');
  const nodes = [await openSqliteStores({ file }), await openSqliteStores({ file })] as const;
  await nodes[0].migrate();
  const editor = new SqliteClient(file);
  const select = editor.prepare('SELECT latest FROM grants WHERE id = ?').pluck();
  const update = editor.prepare('UPDATE grants SET latest = ? WHERE id = ?');
  t.teardown(async () => {
    await Promise.all(nodes.map(({ close }) => close()));
    editor.close();
    rmSync(folder, { recursive: true });
  });
  return {
    stores: nodes[0].stores,
    others: nodes[1].stores,
    latest: async (grantId) => select.get(bytesOf(grantId)) as Buffer | null,
    putBack: async (grantId, latest) => void update.run(latest, bytesOf(grantId)),
  };
};

const openPostgres = async (t: Test): Promise<Opened> => {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const nodes = [await openPostgresStores(database), await openPostgresStores(database)] as const;
  await nodes[0].migrate();
  const admin = postgres(database.url, { max: 1 });
  t.teardown(async () => {
    await Promise.all([...nodes.map(({ close }) => close()), admin.end()]);
    await database.drop();
    await server.stop();
  });
  return {
    stores: nodes[0].stores,
    others: nodes[1].stores,
    latest: async (grantId) => {
      const [row] = await admin<{ latest: Buffer | null }[]>`SELECT latest FROM grants WHERE id = ${bytesOf(grantId)}`;
      return row?.latest ?? null;
    },
    putBack: async (grantId, latest) => {
      await admin`UPDATE grants SET latest = ${latest} WHERE id = ${bytesOf(grantId)}`;
    },
  };
};

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');

const pair = (grantId: string, label: string) => [
  fullToken({ key: { grantId, hash: hashOf(`${label}-access`) } }),
  fullToken({ key: { grantId, hash: hashOf(`${label}-refresh`) }, kind: 'refresh', expiresAt: later(1000) }),
];

const rotationTo = (grantId: string, label: string) => ({
  successors: pair(grantId, label),
  sealed: `sealed ${label}`,
  grace: seconds(30),
});

for (const [name, open] of [
  ['SQLite', openSqlite],
  ['Postgres', openPostgres],
] as const) {
  t.test(`${name}: rotations have the same result as in the model`, async (t) => {
    const { stores, latest, putBack } = await open(t);
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= 150; seed += 1) {
      const walk = new RotationWalk(stores.tokens, grantIdOf(`walk${seed}`), seed);
      await walk.begin();
      for (let step = 0; step < 20 && !walk.isOver; step += 1) {
        const noted = await latest(walk.grantId);
        const { what, expected, actual } = await walk.step();
        if (JSON.stringify(actual) !== JSON.stringify(expected)) t.same(actual, expected, `seed ${seed}: ${what}`);
        seen.set(what, (seen.get(what) ?? 0) + 1);
        // Redeeming the code gives the first tokens, so a node of the previous release cannot have left anything yet.
        if (what === 'rotated' && walk.draw(4) === 0) await putBack(walk.grantId, noted);
      }
    }
    for (const what of ['rotated', 'repeated', 'reused', 'redeemed', 'removed'])
      t.ok((seen.get(what) ?? 0) >= 20, what);
  });

  t.test(`${name}: a rotation records its tokens, and the next one removes them by key`, async (t) => {
    const { stores, latest, putBack } = await open(t);
    const grantId = grantIdOf('grant');
    const key = (label: string) => ({ grantId, hash: hashOf(label) });
    const rotate = (label: string, to: string) =>
      stores.tokens.rotateRefreshToken(key(`${label}-refresh`), rotationTo(grantId, to), now);
    await stores.tokens.createGrant(fullGrant({ id: grantId }), { tokens: pair(grantId, 'a') });
    t.equal(await latest(grantId), null);
    await rotate('a', 'b');
    const noted = Buffer.concat(['a-refresh', 'b-refresh', 'b-access'].map((label) => bytesOf(hashOf(label))));
    t.same(await latest(grantId), noted);
    await rotate('a', 'repeated');
    t.same(await latest(grantId), noted, 'a repeat changes nothing');
    // No command leaves the grant with other tokens, so the removed tokens show how they were found.
    const foreign = Buffer.concat([noted.subarray(0, 64), bytesOf(hashOf('foreign'))]);
    await putBack(grantId, foreign);
    await rotate('b', 'c');
    t.ok(await stores.tokens.findToken(key('b-access'), now), 'it did not search the tokens of the grant');
    await putBack(grantId, foreign);
    await rotate('c', 'd');
    t.notOk(
      await stores.tokens.findToken(key('b-access'), now),
      'it searched them, because the record belongs to another rotation',
    );
    t.ok(await stores.tokens.findToken(key('d-access'), now));
  });

  t.test(`${name}: concurrent rotations of sister tokens leave no old access token behind`, async (t) => {
    const { stores, others, latest } = await open(t);
    for (let round = 0; round < 20; round += 1) {
      const grantId = grantIdOf(`sisters${round}`);
      const labels = Array.from({ length: 8 }, (_, index) => `s${index}`);
      const tokens = labels.flatMap((label) => pair(grantId, label));
      await stores.tokens.createGrant(fullGrant({ id: grantId }), { tokens });
      const rotate = (label: string, index: number) =>
        (index % 2 === 0 ? stores : others).tokens.rotateRefreshToken(
          { grantId, hash: hashOf(`${label}-refresh`) },
          rotationTo(grantId, `next-${label}`),
          now,
        );
      const results = await Promise.all(labels.map(rotate));
      t.ok(results.every(({ outcome }) => outcome === 'rotated'));
      const last = (await latest(grantId))?.subarray(0, 32);
      const winner = labels.find((label) => last?.equals(bytesOf(hashOf(`${label}-refresh`)))) ?? 'nobody';
      const heir = { grantId, hash: hashOf(`next-${winner}-refresh`) };
      const { outcome } = await stores.tokens.rotateRefreshToken(heir, rotationTo(grantId, 'final'), now);
      t.equal(outcome, 'rotated');
      const left = await Promise.all(
        labels.map((label) => stores.tokens.findToken({ grantId, hash: hashOf(`next-${label}-access`) }, now)),
      );
      t.same(left.filter(Boolean), [], 'no earlier access token is left');
      for (const label of labels.filter((other) => other !== winner).slice(0, 1)) {
        t.equal((await rotate(label, 0)).outcome, 'reused', 'the sealed successors of the others are deleted');
      }
    }
  });
}
