// Properties, checked by fast-check with random values. FUZZ_SEED repeats a run; a failure prints its seed and the
// smallest value that it found.
import fc from 'fast-check';
import type { Test } from 'tap';
import {
  type Client,
  type ClientMetadata,
  emptyClientMetadata,
  type ProposedMetadata,
  withSecret,
} from '../../src/domain/client.ts';
import { epochSeconds } from '../../src/domain/time.ts';

const runs = 2000;

const given = process.env.FUZZ_SEED;
const seed = given === undefined || given === '' ? Date.now() % 2 ** 31 : Number(given);

/** Passes if the property holds for every generated value. */
export const holds = <T>(t: Test, values: fc.Arbitrary<T>, property: (value: T) => boolean): void => {
  const result = fc.check(fc.property(values, property), { numRuns: runs, seed });
  t.notOk(result.failed, result.failed ? `FUZZ_SEED=${seed}: ${fc.defaultReportMessage(result)}` : `${runs} values`);
};

export const givenClient = (metadata: Partial<ProposedMetadata>): Client => ({
  id: 'shop',
  ...withSecret({ ...emptyClientMetadata, ...metadata } as ClientMetadata, null),
  incarnation: 'drawn-01',
  createdAt: epochSeconds(0),
  updatedAt: epochSeconds(0),
  version: 1,
});
