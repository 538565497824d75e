// What the stores share that gather requests into one statement of Postgres.
import { type EpochSeconds, StoreUnavailable, type TokenKey } from '@claviger/core';
import type { GatheringOptions } from '../gathering.ts';
import { bytes } from '../schema/encodings.ts';
import { byteArray } from './array-literal.ts';

export const gatheringOptions: GatheringOptions = {
  most: 64,
  patienceMs: 10,
  isOneRequestsFault: (error) => !(error instanceof StoreUnavailable),
};

/**
 * That a row's key is the given one. Equality itself would leave the planner a choice while the table is small: going through
 * the whole index, in its order, and looking which of the keys is given. Nothing can be joined in the order of this one.
 * For the same reason no index serves `expires_at + 0`.
 */
export const keyIs = (column: string, given: string): string => `${column} = ANY (ARRAY[${given}])`;

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
