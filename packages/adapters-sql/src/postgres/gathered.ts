// What the stores share that gather requests into one statement of Postgres.
import { type EpochSeconds, StoreUnavailable, type TokenKey } from '@claviger/core';
import { bytes } from '../shared/encodings.ts';
import { byteArray } from './array-literal.ts';
import type { BatcherOptions } from './batcher.ts';

export const batcherOptions: BatcherOptions = {
  maxBatch: 64,
  maxWaitMs: 10,
  isWorthSplitting: (error) => !(error instanceof StoreUnavailable),
};

/**
 * Joins the one row of a table that has the given key. In an ordinary join the planner may begin with the table while it is
 * small, and go through all of it for ever after; what depends on the row before, and is limited, comes after it.
 */
export const eachOne = (join: 'JOIN' | 'LEFT JOIN', table: string, hasKey: string): string =>
  `${join} LATERAL (SELECT * FROM ${table} WHERE ${hasKey} LIMIT 1) AS ${table} ON true`;

/** A code or token that somebody asks for. */
export interface WantedKey {
  readonly key: TokenKey;
  readonly now: EpochSeconds;
}

export const keyArrays = (rows: readonly { readonly key: TokenKey }[]): [grantIds: string, hashes: string] => [
  byteArray(rows.map(({ key }) => bytes.toDriver(key.grantId))),
  byteArray(rows.map(({ key }) => bytes.toDriver(key.hash))),
];

/** A 64-bit integer arrives as text. */
export const moment = (text: string): EpochSeconds => Number(text) as EpochSeconds;

/** A row's first column, `place`, says from 1 on whose answer it is: not every request has one. */
export const answersByPlace = <Wanted, Row extends readonly [place: string, ...rest: unknown[]], Answer>(
  wanted: readonly Wanted[],
  rows: readonly Row[],
  read: (asked: Wanted, row: Row) => Answer,
): (Answer | undefined)[] => {
  const answers: (Answer | undefined)[] = wanted.map(() => undefined);
  for (const row of rows) {
    const place = Number(row[0]) - 1;
    const asked = wanted[place];
    if (asked !== undefined) answers[place] = read(asked, row);
  }
  return answers;
};
