// One module of the suite, by its name there, with its requirements in our own words.
import type { Test } from 'tap';
import type { Given } from './given.ts';

export interface Module {
  /** `testName` in the suite. */
  readonly name: string;
  readonly requirement: string;
  run(t: Test, given: Given): Promise<void>;
}
