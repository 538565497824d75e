// The shape of a contract: named cases as data, for any test runner.

/** How a store gets rid of what is expired: when `removeExpired` says so, or by itself, in its own time. */
export type Cleaning = 'on-request' | 'by-itself';

/** One rule that every store of a port keeps. */
export interface Case<S> {
  /** A rule in a sentence, unique within its port. */
  readonly name: string;
  /** Gets a fresh, empty store. Rejects when the store breaks the rule. */
  run(store: S, cleaning: Cleaning): Promise<void>;
}

/** What `removeExpired` returns where `rows` are due: a store that cleans by itself leaves nothing to be counted. */
export const due = (rows: number, cleaning: Cleaning): number => (cleaning === 'on-request' ? rows : 0);

/** Declares one test, as `test` of node:test and tap's `t.test` do. */
export type DeclareTest = (name: string, run: () => Promise<void>) => unknown;

/** An empty store for one case. */
export interface Opened<S> {
  readonly store: S;
  close(): Promise<void>;
}

/** Declares one test per case, one after the other. No case can be left out. */
export const runContract = async <S>(
  test: DeclareTest,
  openStore: () => Promise<Opened<S>>,
  cases: readonly Case<S>[],
  cleaning: Cleaning = 'on-request',
): Promise<void> => {
  for (const { name, run } of cases) {
    await test(name, async () => {
      const { store, close } = await openStore();
      try {
        await run(store, cleaning);
      } finally {
        await close();
      }
    });
  }
};
