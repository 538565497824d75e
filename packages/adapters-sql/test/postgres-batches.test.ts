// Many requests in one statement of Postgres: each request gets its own answer, and every text comes back unchanged.
import { epochSeconds, StoreUnavailable } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { startPostgres } from '../src/testing/index.ts';

const server = await startPostgres();
t.teardown(() => server.stop());

const { fullClientToken, fullFlow, fullRequest, grantIdOf, hashOf, later, now } = fixtures;

const open = async (t: Test) => {
  const database = await server.createDatabase();
  const sql = await openPostgresStores({ url: database.url });
  await sql.migrate();
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  t.teardown(async () => {
    await sql.close();
    await admin.end();
    await database.drop();
  });
  return { ...sql, admin };
};

/** Text with a meaning in array literals (PostgreSQL documentation, 8.15.2 and 8.15.6), in JSON, or in SQL. */
const odd = [
  '',
  ' ',
  'NULL',
  'null',
  '"',
  '\\',
  '\\"',
  '\\\\"',
  '","',
  '{',
  '}',
  '{}',
  '{a,b}',
  ',',
  "'; DROP TABLE flows; --",
  '$1',
  '\\x00',
  '\\u0000',
  'line\nfeed\r\ttab\u2028',
  '\u0001\u001f\u007f',
  'Zo\u00eb \u{1f510} \u202e',
  'x'.repeat(100_000),
];

t.test('flows: created, found and replaced in batches, with any text', async (t) => {
  const { flows } = (await open(t)).stores;
  const given = odd.map((text) =>
    fullFlow({
      id: `id ${text}`,
      // A text that was not sent is null.
      request: fullRequest({ clientId: `client ${text}`, state: text || null, nonce: text || null }),
    }),
  );
  await Promise.all(given.map((flow) => flows.create(flow)));
  t.same(await Promise.all(given.map(({ id }) => flows.find(id, now))), given);
  const next = given.map((flow) => ({ ...flow, version: flow.version + 1, state: 'ended' as const }));
  const replaced = await Promise.all(
    // Every second one expects a wrong version.
    next.map((flow, index) => flows.replace(flow, flow.version - 1 - (index % 2), now)),
  );
  t.same(
    replaced,
    next.map((_, index) => (index % 2 === 0 ? 'replaced' : 'stale')),
  );
  t.same(
    await Promise.all(given.map(({ id }) => flows.find(id, now))),
    given.map((flow, index) => (index % 2 === 0 ? next[index] : flow)),
  );
  t.same(await Promise.all(['id', 'nobody', 'id NULL '].map((id) => flows.find(id, now))), [
    undefined,
    undefined,
    undefined,
  ]);
});

t.test('of many replacements of one flow in one statement, one succeeds', async (t) => {
  const { flows } = (await open(t)).stores;
  const flow = fullFlow();
  await flows.create(flow);
  const contenders = Array.from({ length: 20 }, (_, index) => ({
    ...flow,
    version: flow.version + 1,
    request: fullRequest({ state: `of ${index}` }),
  }));
  const outcomes = await Promise.all(contenders.map((next) => flows.replace(next, flow.version, now)));
  t.equal(outcomes.filter((outcome) => outcome === 'replaced').length, 1);
  t.same(
    await flows.find(flow.id, now),
    contenders[outcomes.indexOf('replaced')],
    'and it is the one that reported success',
  );
});

t.test('tokens: saved and found in batches, each by its own key and time', async (t) => {
  const { tokens } = (await open(t)).stores;
  const given = odd.map((text, index) =>
    fullClientToken({
      key: { grantId: grantIdOf(`g${index}`), hash: hashOf(`h${index}`) },
      clientId: text,
      scope: [text, 'photos'],
      audience: index % 3 === 0 ? [] : [text],
      expiresAt: later(index + 1),
    }),
  );
  await Promise.all(given.map((token) => tokens.saveClientToken(token)));
  const found = await Promise.all(given.map(({ key }) => tokens.findToken(key, now)));
  t.same(
    found,
    given.map((token) => ({ owner: 'client', token })),
  );
  const moments = await Promise.all(given.map(({ key }) => tokens.findToken(key, later(10))));
  t.same(
    moments.map((one) => one !== undefined),
    given.map(({ expiresAt }) => expiresAt > later(10)),
  );
  const crossed = await Promise.all(
    given.map(({ key }, index) => tokens.findToken({ ...key, hash: hashOf(`h${index + 1}`) }, now)),
  );
  t.ok(crossed.every((one) => one === undefined));
});

t.test('a request that is refused does not affect others of its batch', async (t) => {
  const { flows, tokens } = (await open(t)).stores;
  const outcomes = await Promise.allSettled([
    flows.create(fullFlow({ id: 'one' })),
    flows.create(fullFlow({ id: 'a\0b' })),
    flows.create(fullFlow({ id: 'two', expiresAt: epochSeconds(Number.NaN) })),
    flows.create(fullFlow({ id: 'three', expiresAt: epochSeconds(1.5) })),
    flows.create(fullFlow({ id: 'four' })),
    flows.create(fullFlow({ id: 'four' })),
  ]);
  t.same(outcomes.filter(({ status }) => status === 'fulfilled').length, 2);
  t.same(
    [outcomes[0]?.status, outcomes[1]?.status, outcomes[2]?.status, outcomes[3]?.status],
    ['fulfilled', 'rejected', 'rejected', 'rejected'],
  );
  const ids = ['one', 'a\0b', 'two', 'three', 'four'];
  const found = await Promise.all(ids.map((id) => flows.find(id, now)));
  t.same(
    found.map((flow) => flow?.id),
    ['one', undefined, undefined, undefined, 'four'],
  );
  const keys = [
    { grantId: 'no canonical id', hash: hashOf('h') },
    { grantId: grantIdOf('g'), hash: hashOf('h') },
  ] as const;
  const saved = await Promise.allSettled(keys.map((key) => tokens.saveClientToken(fullClientToken({ key }))));
  t.same(
    saved.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
  const looked = await Promise.all(keys.map((key) => tokens.findToken(key, now)));
  t.same(
    looked.map((one) => one !== undefined),
    [false, true],
  );
});

t.test('closed stores refuse requests that still wait for the end of their turn', async (t) => {
  const { stores, close } = await open(t);
  const asked = stores.flows.find('one', now);
  const closing = close();
  await t.rejects(asked, StoreUnavailable);
  await closing;
});
