// Operations per second of the server's CPU, closed loop: every server in turn, round after round.
import { median, ratio, shownRatio, spread, table, thousands } from '../lib/figures.mjs';

/** operation -> server -> measurements, one for each round. */
export const throughput = async ({ servers, operations, rounds, firstWarmUp, warmUp, seconds, load, log }) => {
  const found = new Map(operations.map((operation) => [operation, new Map()]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const operation of operations) {
      for (const server of servers) {
        if (!server.operations.includes(operation)) continue;
        const measured = await load.measure(
          server.forOperation(operation),
          // A server that has run for hours is compiled: so is what is measured.
          { operation, warmUp: round === 1 ? firstWarmUp : warmUp, seconds },
          server.databasePid,
        );
        const row = found.get(operation);
        row.set(server.name, [...(row.get(server.name) ?? []), measured]);
        log(`${round}/${rounds} ${operation}, ${server.name}: ${thousands(measured.perCpuSecond)} per CPU second`);
      }
    }
  }
  return found;
};

const perCpu = (rounds) => rounds.map(({ perCpuSecond }) => perCpuSecond);

const shown = (rounds, of = perCpu) => {
  if (!rounds) return '';
  const values = of(rounds);
  if (median(values) === 0) return '0';
  return `${thousands(median(values))}${values.length > 1 ? ` ±${Math.round(spread(values) * 100)} %` : ''}`;
};

export const throughputTables = (found, names) => {
  const rows = [...found].map(([operation, row]) => [operation, ...names.map((name) => shown(row.get(name)))]);
  const database = [...found].map(([operation, row]) => [
    operation,
    ...names.map((name) => shown(row.get(name), (rounds) => rounds.map((one) => one.databaseMicroseconds))),
  ]);
  return [
    '### Operations per CPU second of the server',
    '',
    table(['operation', ...names], rows),
    '',
    '### Microseconds of CPU that Postgres uses for one operation',
    '',
    table(['operation', ...names], database),
    '',
  ].join('\n');
};

/** Each target of docs/performance.md: which row, against which server's row, and how many times as much it should be. */
export const targets = [
  ['client_credentials, opaque', 'Claviger, Postgres', 'client_credentials, opaque', 'oidc-provider, Postgres', 3],
  ['client_credentials, opaque', 'Claviger, Postgres', 'one insert', 'bare Fastify', 0.5],
  ['client_credentials, opaque', 'Claviger, SQLite', 'client_credentials, opaque', 'oidc-provider, Postgres', 3],
  [
    'client_credentials, JWT ES256',
    'Claviger, Postgres',
    'client_credentials, JWT RS256',
    'oidc-provider, Postgres',
    5,
  ],
  ['introspection', 'Claviger, Postgres', 'introspection', 'oidc-provider, Postgres', 4],
  ['userinfo', 'Claviger, Postgres', 'userinfo', 'oidc-provider, Postgres', 4],
  ['code flow, RS256', 'Claviger, Postgres', 'code flow, RS256', 'oidc-provider, Postgres', 3],
  ['code flow, ES256', 'Claviger, Postgres', 'code flow, RS256', 'oidc-provider, Postgres', 5],
  ['refresh, RS256', 'Claviger, Postgres', 'refresh, RS256', 'oidc-provider, Postgres', 2],
  ['refresh, ES256', 'Claviger, Postgres', 'refresh, RS256', 'oidc-provider, Postgres', 4],
  ['discovery', 'Claviger, Postgres', 'discovery', 'bare Fastify', 1],
  ['JWKS', 'Claviger, Postgres', 'JWKS', 'bare Fastify', 1],
];

export const targetTable = (found, signed) => {
  const rows = targets.flatMap(([operation, name, other, against, wanted]) => {
    const [ours, theirs] = [found.get(operation)?.get(name), found.get(other)?.get(against)];
    if (!ours || !theirs) return [];
    const is = ratio(perCpu(ours), perCpu(theirs));
    const what = other === operation ? against : `${against}: ${other}`;
    return [[`${operation} on ${name.split(', ')[1]}`, what, `${wanted}×`, shownRatio(is)]];
  });
  const jwt = found.get('client_credentials, JWT RS256')?.get('Claviger, Postgres');
  if (jwt) {
    const is = ratio(perCpu(jwt), signed.get('RS256'));
    rows.push(['client_credentials, JWT RS256 on Postgres', 'RS256 signatures of one core', '0.75×', shownRatio(is)]);
  }
  return ['### Ratios', '', table(['operation', 'against', 'target', 'measured'], rows), ''].join('\n');
};
