// Paging of list methods.

export interface Page {
  /** The maximum number of entries. 0 returns none. */
  readonly limit: number;
  readonly offset: number;
}
