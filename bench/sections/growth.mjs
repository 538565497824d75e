// The same operations with an empty table of tokens and with millions of live ones, and what each of them takes on disk.
import postgres from 'postgres';
import { median, ratio, shownRatio, table, thousands } from '../lib/figures.mjs';

const operations = ['client_credentials, opaque', 'introspection'];

/** As if so many tokens of one client had been issued within the last 50 minutes, one after the other, with ids such as theirs. */
const fill = async (sql, rows) => {
  await sql.unsafe(
    `INSERT INTO tokens (grant_id, hash, kind, client_id, scope, issued_at, expires_at)
     SELECT substring(int8send(milliseconds) from 3) || substring(decode(md5('token' || i), 'hex') from 7),
       sha256(convert_to('token' || i, 'UTF8')), 'access', 'bench-service', '["api"]',
       milliseconds / 1000, milliseconds / 1000 + 3600
     FROM generate_series(1, $1::bigint) AS i,
       LATERAL (SELECT extract(epoch from now())::bigint * 1000 - 3000000 + 3000000 * i / $1::bigint AS milliseconds) AS time`,
    [rows],
  );
  await sql.unsafe('VACUUM (ANALYZE) tokens');
  await sql.unsafe('CHECKPOINT');
};

export const growth = async ({ server, url, rows, rounds, firstWarmUp, warmUp, seconds, load, log }) => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const measured = async () => {
      const found = [];
      for (const operation of operations) {
        const rates = [];
        for (let round = 0; round < rounds; round += 1) {
          rates.push((await load.measure(server, { operation, warmUp, seconds })).perCpuSecond);
        }
        found.push(rates);
      }
      return found;
    };
    // Filled first, because time adds the oldest tokens first.
    log(`filling the table with ${thousands(rows)} tokens`);
    await fill(sql, rows);
    const [{ bytes, count }] = await sql`
      SELECT pg_total_relation_size('tokens')::float8 AS bytes, count(*)::float8 AS count FROM tokens`;
    for (const operation of operations) await load.measure(server, { operation, warmUp: firstWarmUp, seconds: 0.1 });
    const full = await measured();
    await sql`TRUNCATE tokens`;
    const empty = await measured();
    const lines = operations.map((operation, index) => [
      operation,
      thousands(median(empty[index])),
      thousands(median(full[index])),
      shownRatio(ratio(full[index], empty[index])),
    ]);
    const head = ['operation', 'empty table', `${thousands(rows)} live tokens`, 'full against empty'];
    return [
      '### Growth (Postgres): operations per CPU second',
      '',
      table(head, lines),
      '',
      `Table and indexes: ${Math.round(bytes / count)} bytes for each live token.`,
      '',
    ].join('\n');
  } finally {
    await sql.end();
  }
};
