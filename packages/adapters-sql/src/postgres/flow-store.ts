// FlowStore on Postgres: what each request of a login needs is done for many requests in one statement. The rest is
// SqlFlowStore's.
import type { EpochSeconds, Flow } from '@claviger/core';
import type { Database } from '../shared/database.ts';
import { textWithoutNul } from '../shared/encodings.ts';
import { type FlowRow, flowOf, rowOf, SqlFlowStore } from '../shared/flow-store.ts';
import { numberArray, textArray } from './array-literal.ts';
import { Batcher } from './batcher.ts';
import { answersByPlace, batcherOptions, eachOne, moment } from './gathered.ts';
import type { PostgresPool } from './pool.ts';

const insertFlows = `
INSERT INTO flows (id, version, client_id, subject, expires_at, data)
SELECT given.id, given.version, given.client_id, given.subject, given.expires_at, given.data
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[])
  AS given (id, version, client_id, subject, expires_at, data)`;

/** `place` says whose answer a row is: not every request has one. */
const findFlows = `
SELECT given.place, flows.version, flows.expires_at, flows.data
FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS given (id, now, place)
${eachOne('JOIN', 'flows', 'id = given.id')}
WHERE flows.expires_at > given.now`;

/**
 * Of two replacements of one flow in one statement, one finds the expected version. Equality of the ids would leave the planner
 * a choice (see eachOne), and so would an expiry that an index serves.
 */
const replaceFlows = `
UPDATE flows
SET version = given.version, client_id = given.client_id, subject = given.subject, expires_at = given.expires_at,
  data = given.data
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::integer[], $8::bigint[])
  WITH ORDINALITY AS given (id, version, client_id, subject, expires_at, data, expected, now, place)
WHERE flows.id = ANY (ARRAY[given.id]) AND flows.version = given.expected AND flows.expires_at + 0 > given.now
RETURNING given.place`;

type FoundRow = [place: string, version: number, expiresAt: string, data: string];

interface Wanted {
  readonly id: string;
  readonly now: EpochSeconds;
}

/** `data` is JSON already, so that a caller may go on with what it gave. */
interface Written extends Omit<FlowRow, 'data'> {
  readonly data: string;
}

interface Replacement extends Written {
  readonly expectedVersion: number;
  readonly now: EpochSeconds;
}

type Pool = Pick<PostgresPool, 'rows'>;

export class PostgresFlowStore extends SqlFlowStore {
  readonly #creating: Batcher<Written, undefined>;
  readonly #finding: Batcher<Wanted, Flow | undefined>;
  readonly #replacing: Batcher<Replacement, boolean>;

  constructor(database: Database, pool: Pool) {
    super(database);
    this.#creating = new Batcher((rows) => createAll(pool, rows), batcherOptions);
    this.#finding = new Batcher((wanted) => findAll(pool, wanted), batcherOptions);
    this.#replacing = new Batcher((replacements) => replaceAll(pool, replacements), batcherOptions);
  }

  override create(flow: Flow): Promise<undefined> {
    return this.#creating.add(written(flow));
  }

  override find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    return this.#finding.add({ id, now });
  }

  override async replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    return (await this.#replacing.add({ ...written(flow), expectedVersion, now })) ? 'replaced' : 'stale';
  }
}

const written = (flow: Flow): Written => {
  const { id, version, clientId, subject, expiresAt, data } = rowOf(flow);
  return { id, version, clientId, subject, expiresAt, data: JSON.stringify(data) };
};

const columnsOf = (rows: readonly Written[]): string[] => [
  textArray(rows.map(({ id }) => textWithoutNul(id))),
  numberArray(rows.map(({ version }) => version)),
  textArray(rows.map(({ clientId }) => textWithoutNul(clientId))),
  textArray(rows.map(({ subject }) => textWithoutNul(subject))),
  numberArray(rows.map(({ expiresAt }) => expiresAt)),
  textArray(rows.map(({ data }) => data)),
];

const createAll = async (pool: Pool, rows: readonly Written[]): Promise<undefined[]> => {
  await pool.rows(insertFlows, columnsOf(rows));
  return rows.map(() => undefined);
};

const findAll = async (pool: Pool, wanted: readonly Wanted[]): Promise<(Flow | undefined)[]> => {
  const rows = await pool.rows(findFlows, [
    textArray(wanted.map(({ id }) => textWithoutNul(id))),
    numberArray(wanted.map(({ now }) => now)),
  ]);
  return answersByPlace(wanted, rows as FoundRow[], ({ id }, [, version, expiresAt, data]) =>
    flowOf({ id, version, expiresAt: moment(expiresAt), data: JSON.parse(data) }),
  );
};

const replaceAll = async (pool: Pool, replacements: readonly Replacement[]): Promise<boolean[]> => {
  const rows = await pool.rows(replaceFlows, [
    ...columnsOf(replacements),
    numberArray(replacements.map(({ expectedVersion }) => expectedVersion)),
    numberArray(replacements.map(({ now }) => now)),
  ]);
  const replaced = new Set((rows as [string][]).map(([place]) => Number(place) - 1));
  return replacements.map((_, index) => replaced.has(index));
};
