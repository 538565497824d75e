// What the batched statements share.
import { type EpochSeconds, StoreUnavailable } from '@claviger/core';
import type { BatcherOptions } from './batcher.ts';
import { arrayOf } from './columns.ts';

/** A batch that failed because the database is unavailable may have taken effect: it is not run again. */
export const batcherOptions = (onBatch?: BatcherOptions['onBatch']): BatcherOptions => ({
  maxBatch: 64,
  maxWaitMs: 10,
  isWorthSplitting: (error) => !(error instanceof StoreUnavailable),
  onBatch,
});

/**
 * The answers, in the order of the requests. A row starts with `place`, the number of its request from 1 on; a request
 * without a row gets undefined.
 */
export const answersByPlace = <Request, Answer>(
  requests: readonly Request[],
  rows: readonly (readonly unknown[])[],
  read: (request: Request, row: readonly unknown[]) => Answer,
): (Answer | undefined)[] => {
  const answers: (Answer | undefined)[] = requests.map(() => undefined);
  for (const row of rows) {
    const index = Number(row[0]) - 1;
    const request = requests[index];
    if (request !== undefined) answers[index] = read(request, row);
  }
  return answers;
};

/** The time of each request, as one array. */
export const nowArray = (requests: readonly { readonly now: EpochSeconds }[]): string =>
  arrayOf(
    'bigint',
    requests.map(({ now }) => now),
  );
