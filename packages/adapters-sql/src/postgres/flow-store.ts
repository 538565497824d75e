// FlowStore on Postgres. The commands that every request of a login needs run in batches.
//
// The planner must use the primary key, even in a plan that it made and kept while the table was small. With an ordinary
// join it could read the whole table first. It cannot with a LATERAL subquery that has a LIMIT, or with `= ANY (ARRAY[…])`;
// and no index matches `expires_at + 0`.
import type { EpochSeconds, Flow, FlowStore, WaitingNote } from '@claviger/core';
import { type Database, once } from '../shared/database.ts';
import { flowOf, flowRow } from '../shared/flow-rows.ts';
import { type FlowUpkeep, noteWaiting, prepareFlowUpkeep, removeFlows } from '../shared/flow-upkeep.ts';
import type { Selection } from '../shared/placeholders.ts';
import { Batcher, type BatcherOptions } from './batcher.ts';
import { answersByPlace, batcherOptions, nowArray } from './batches.ts';
import { arrayOf, columnsExcept, columnsOf, type EncodedRow } from './columns.ts';
import type { PostgresPool } from './pool.ts';
import { tables } from './schema.ts';

const flowColumns = columnsExcept(tables.flows);
const changedColumns = columnsExcept(tables.flows, 'id');
const keyColumns = columnsOf(tables.flows, 'id');
const foundColumns = columnsOf(tables.flows, 'version', 'expiresAt', 'data');

const insertFlows = `
INSERT INTO flows (${flowColumns.names})
SELECT ${flowColumns.names} FROM unnest(${flowColumns.parameters()}) AS given (${flowColumns.names})`;

const findFlows = `
SELECT given.place, ${foundColumns.namesIn('flows')}
FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS given (id, now, place)
JOIN LATERAL (SELECT * FROM flows WHERE id = given.id LIMIT 1) AS flows ON true
WHERE flows.expires_at > given.now`;

/** If one batch replaces a flow twice, only one replacement finds the expected version. */
const replaceFlows = `
UPDATE flows
SET ${changedColumns.setTo('given')}
FROM unnest($1::integer[], $2::bigint[], ${flowColumns.parameters(3)})
  WITH ORDINALITY AS given (expected, now, ${flowColumns.names}, place)
WHERE flows.id = ANY (ARRAY[given.id]) AND flows.version = given.expected AND flows.expires_at + 0 > given.now
RETURNING given.place`;

interface Wanted {
  readonly id: string;
  readonly now: EpochSeconds;
}

interface Replacement {
  readonly flow: EncodedRow;
  readonly expectedVersion: number;
  readonly now: EpochSeconds;
}

export class PostgresFlowStore implements FlowStore {
  readonly #database: Database;
  readonly #pool: Pick<PostgresPool, 'rows'>;
  readonly #upkeep: () => FlowUpkeep;
  readonly #created: Batcher<EncodedRow, undefined>;
  readonly #wanted: Batcher<Wanted, Flow | undefined>;
  readonly #replacements: Batcher<Replacement, 'replaced' | 'stale'>;

  constructor(database: Database, pool: Pick<PostgresPool, 'rows'>, onBatch?: BatcherOptions['onBatch']) {
    const options = batcherOptions(onBatch);
    this.#database = database;
    this.#pool = pool;
    this.#upkeep = once(() => prepareFlowUpkeep(database));
    this.#created = new Batcher((rows) => this.#createAll(rows), options);
    this.#wanted = new Batcher((wanted) => this.#findAll(wanted), options);
    this.#replacements = new Batcher((replacements) => this.#replaceAll(replacements), options);
  }

  create(flow: Flow): Promise<undefined> {
    return this.#created.add(flowColumns.encode(flowRow(flow)));
  }

  find(id: string, now: EpochSeconds): Promise<Flow | undefined> {
    return this.#wanted.add({ id, now });
  }

  replace(flow: Flow, expectedVersion: number, now: EpochSeconds): Promise<'replaced' | 'stale'> {
    return this.#replacements.add({ flow: flowColumns.encode(flowRow(flow)), expectedVersion, now });
  }

  async noteWaiting(note: WaitingNote, now: EpochSeconds): Promise<number> {
    return noteWaiting(this.#database, this.#upkeep(), note, now);
  }

  async removeAll(of: Selection): Promise<number> {
    return removeFlows(this.#database, of);
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return (await this.#database.change(this.#upkeep().removeExpired, { now, limit })).length;
  }

  async #createAll(rows: readonly EncodedRow[]): Promise<undefined[]> {
    await this.#pool.rows(insertFlows, flowColumns.arrays(rows));
    return rows.map(() => undefined);
  }

  async #findAll(wanted: readonly Wanted[]): Promise<(Flow | undefined)[]> {
    const keys = keyColumns.arrays(wanted.map((one) => keyColumns.encode(one)));
    const rows = await this.#pool.rows(findFlows, [...keys, nowArray(wanted)]);
    return answersByPlace(wanted, rows, ({ id }, row) => flowOf(foundColumns.read({ id }, row, 1)));
  }

  async #replaceAll(replacements: readonly Replacement[]): Promise<('replaced' | 'stale')[]> {
    const rows = await this.#pool.rows(replaceFlows, [
      arrayOf(
        'integer',
        replacements.map(({ expectedVersion }) => expectedVersion),
      ),
      nowArray(replacements),
      ...flowColumns.arrays(replacements.map(({ flow }) => flow)),
    ]);
    const replaced = new Set(rows.map(([place]) => Number(place) - 1));
    return replacements.map((_, index) => (replaced.has(index) ? 'replaced' : 'stale'));
  }
}
