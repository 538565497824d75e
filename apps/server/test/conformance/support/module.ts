// One module of the suite, by its name there, with what it asks of a server in our own words.
import type { Test } from 'tap';
import type { Given } from './given.ts';

export interface Module {
  /** `testName` in the suite. */
  readonly name: string;
  readonly requirement: string;
  run(t: Test, given: Given): Promise<void>;
}
