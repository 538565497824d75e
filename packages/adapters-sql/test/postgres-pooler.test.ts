// Postgres behind PgBouncer, in both modes: acknowledged changes are durable, and a pooler that cannot work is refused.
import { type Stores, StoreUnavailable } from '@claviger/core';
import { type DeclareTest, fixtures, type Opened, runContracts } from '@claviger/core/contract';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { openPostgresStores } from '../src/index.ts';
import { PostgresConnection } from '../src/postgres/connection.ts';
import { parsePostgresUrl } from '../src/postgres/url.ts';
import { pgBouncerTakesPreparedStatements, startOwnPostgres, startPgBouncer } from '../src/testing/index.ts';

const { fullCode, fullGrant, fullToken, grantIdOf, hashOf, later, now } = fixtures;

const server = await startOwnPostgres();
t.teardown(() => server.stop());

const withStatements = pgBouncerTakesPreparedStatements();

const modes = {
  session: ['pool_mode = session', 'default_pool_size = 20'],
  transaction: [
    'pool_mode = transaction',
    'default_pool_size = 5',
    ...(withStatements ? ['max_prepared_statements = 0'] : []),
  ],
  'transaction with statements': ['pool_mode = transaction', 'default_pool_size = 5', 'max_prepared_statements = 100'],
} as const;

const openBehind = async (t: Test, mode: keyof typeof modes, parameters = '') => {
  const pooler = await startPgBouncer(server.url, modes[mode]);
  const database = await server.createDatabase();
  const sql = await openPostgresStores({ url: `${pooler.urlOf(database.url)}?${parameters}` });
  t.teardown(async () => {
    await sql.close();
    await pooler.stop();
    await database.drop();
  });
  return { sql, database, url: pooler.urlOf(database.url) };
};

const timeouts = { connectMs: 2000, statementMs: 0 };

const fifty = <T>(call: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 50 }, (_, index) => call(index)));

/** Many concurrent commands, so that the pooler mixes the connections. */
const keepsItsWord = async (t: Test, { tokens }: Stores): Promise<void> => {
  const keysOf = (index: number) => ({ grantId: grantIdOf(`g${index}`), hash: hashOf(`code-${index}`) });
  const tokenOf = (index: number) => fullToken({ key: { ...keysOf(index), hash: hashOf(`token-${index}`) } });
  await fifty((index) =>
    tokens.createGrant(fullGrant({ id: keysOf(index).grantId }), { code: fullCode({ key: keysOf(index) }) }),
  );
  const redeem = (index: number) => tokens.redeemCode(keysOf(index), [tokenOf(index)], now);
  const first = await fifty(redeem);
  t.ok(
    first.every((outcome) => outcome === 'redeemed'),
    'fresh codes redeem',
  );
  const alive = await fifty((index) => tokens.findToken(tokenOf(index).key, now));
  t.ok(
    alive.every((token) => token?.owner === 'grant'),
    'their tokens are found',
  );
  const revoked = await fifty((index) => tokens.revokeGrant(keysOf(index).grantId, now));
  t.ok(
    revoked.every((was) => was),
    'revocations are acknowledged',
  );
  const dead = await fifty((index) => tokens.findToken(tokenOf(index).key, now));
  t.ok(
    dead.every((token) => token === undefined),
    'and hold',
  );
  const again = await fifty(redeem);
  t.ok(
    again.every((outcome) => outcome === 'missing'),
    'used codes do not redeem again',
  );
  const removed = await fifty((index) => tokens.removeToken(tokenOf(index).key));
  t.ok(
    removed.every((was) => was),
    'tokens are removed by key',
  );
  t.same(await tokens.removeExpired({ now: later(9_999_999), issued: later(9_999_999) }, 1000), 100);
};

const behind = [
  ['session', ''],
  ['session', 'prepare=false'],
  ['transaction', 'prepare=false'],
  ...(withStatements ? ([['transaction with statements', '']] as const) : []),
] as const;

for (const [mode, parameters] of behind) {
  t.test(`PgBouncer, mode ${mode}, ${parameters || 'prepared statements'}`, async (t) => {
    const { sql } = await openBehind(t, mode, parameters);
    t.ok((await sql.migrate()).applied.length > 0);
    t.ok((await sql.schemaStatus()).usable);
    await keepsItsWord(t, sql.stores);
  });
}

const within =
  (t: Test): DeclareTest =>
  (name, run) =>
    t.test(name, async (t) => {
      await run();
      t.pass('holds');
    });

t.test('the contract passes behind PgBouncer in transaction mode', async (t) => {
  const { sql, database } = await openBehind(t, 'transaction', 'prepare=false');
  await sql.migrate();
  const admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  const opened = async (): Promise<Opened<Stores>> => {
    await admin`TRUNCATE admin_keys, clients, codes, consents, flows, grants, keys, leases, login_sessions, pending_flows, tokens`;
    return { store: sql.stores, close: async () => undefined };
  };
  await runContracts(within(t), opened);
  await admin.end();
});

t.test('a pooler that loses prepared statements is refused, and the message says what to change', async (t) => {
  const { sql } = await openBehind(t, 'transaction');
  const refusal = { name: 'UnfitPooler', message: /prepare=false/ };
  await t.rejects(sql.schemaStatus(), refusal);
  await t.rejects(sql.migrate(), refusal);
  await t.rejects(sql.stores.clients.find('app'), StoreUnavailable);
});

t.test('a statement that a pooler loses is repeated with the same parameters', async (t) => {
  const { url } = await openBehind(t, 'transaction', 'prepare=false');
  const connections = Array.from(
    { length: 5 },
    () => new PostgresConnection(parsePostgresUrl(url), timeouts, 'nobody'),
  );
  const bytes = Buffer.from('00ff5c78', 'hex');
  const statement = 'SELECT $1::bytea, pg_sleep(0.001)';
  for (let round = 0; round < 40; round += 1) {
    const answers = await Promise.all(connections.map((connection) => connection.rows(statement, [bytes])));
    t.same(
      answers.map((rows) => rows[0]?.[0]),
      connections.map(() => bytes),
    );
  }
  await Promise.all(connections.map((connection) => connection.end(1000)));
});

t.test('every parameter keeps its type when its statement is prepared again', async (t) => {
  const connection = new PostgresConnection(parsePostgresUrl(server.url), timeouts, 'startup');
  const values = [Buffer.from('00ff5c78', 'hex'), true, { a: ['"', null] }, 7, '9007199254740993', 'text "\\', null];
  const types = ['bytea', 'boolean', 'json', 'integer', 'bigint', 'text', 'text'];
  const arrays = ['{"\\\\x00ff"}', '{"a","\\"b"}', '{1,2}'];
  const statement = `SELECT ${types.map((type, index) => `$${index + 1}::${type}`).join(', ')},
    $8::bytea[]::text, $9::text[]::text, $10::bigint[]::text, $11::timestamptz::text, $12::jsonb`;
  const ask = () => connection.rows(statement, [...values, ...arrays, new Date(0), { b: [1] }]);
  const before = await ask();
  t.same(before[0]?.slice(0, 3), values.slice(0, 3));
  await connection.script('DEALLOCATE ALL');
  t.same(await ask(), before);
  await connection.end(1000);
});

t.test('in session mode a new connection gets its settings by a statement, also the second time', async (t) => {
  const { url } = await openBehind(t, 'session');
  const address = parsePostgresUrl(`${url}?search_path=other`);
  const connection = new PostgresConnection(address, { connectMs: 2000, statementMs: 1234 }, 'statement');
  const settings = () =>
    connection.rows(
      `SELECT current_setting('statement_timeout'), current_setting('enable_seqscan'), current_setting('search_path'),
        pg_backend_pid()`,
      [],
    );
  const [[...first] = []] = await settings();
  t.same(first.slice(0, 3), ['1234ms', 'off', 'other']);
  const admin = postgres(server.url, { max: 1 });
  await admin`SELECT pg_terminate_backend(${Number(first[3])})`;
  await admin.end();
  let again: unknown[][] | undefined;
  // The pooler may report the loss once before it closes the connection and once when it does.
  for (let attempt = 0; attempt < 10 && again === undefined; attempt += 1) {
    again = await settings().catch(() => undefined);
  }
  t.same(again?.[0]?.slice(0, 3), ['1234ms', 'off', 'other']);
  await connection.end(1000);
});

t.test('in transaction mode a search_path without effect is refused', async (t) => {
  const { url, database } = await openBehind(t, 'transaction');
  const admin = postgres(database.url, { max: 1 });
  const name = new URL(database.url).pathname.slice(1);
  await admin.unsafe(`CREATE SCHEMA own; ALTER DATABASE ${name} SET search_path = own`);
  await admin.end();
  const open = (schema: string) => openPostgresStores({ url: `${url}?prepare=false&search_path=${schema}` });
  const refused = await open('other');
  await t.rejects(refused.migrate(), { name: 'UnfitPooler', message: /ALTER ROLE/ });
  await refused.close();
  const taken = await open('own');
  t.ok((await taken.migrate()).applied.length > 0, 'the database sets the search_path of the URL');
  await taken.close();
});
