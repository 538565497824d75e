// How list methods are cut into pages.

export interface Page {
  /** How many at most; 0 gives none. */
  readonly limit: number;
  readonly offset: number;
}
