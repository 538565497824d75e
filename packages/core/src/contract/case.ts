// The shape of a contract: named cases as data, for any test runner.

/** How a store removes expired rows: when `removeExpired` is called, or automatically, at times that it chooses. */
export type Cleaning = 'on-request' | 'automatic';

/** One rule that every store of a port must follow. */
export interface Case<S> {
  /** The rule in one sentence, unique within its port. */
  readonly name: string;
  /** Receives a new, empty store. Rejects if the store breaks the rule. */
  run(store: S, cleaning: Cleaning): Promise<void>;
}

/**
 * The result of `removeExpired` when `rows` have expired. A store that expires rows automatically has nothing to count.
 */
export const due = (rows: number, cleaning: Cleaning): number => (cleaning === 'on-request' ? rows : 0);

/** Declares one test, as `test` of node:test and tap's `t.test` do. */
export type DeclareTest = (name: string, run: () => Promise<void>) => unknown;

/** An empty store for one case. */
export interface Opened<S> {
  readonly store: S;
  close(): Promise<void>;
}

/** Declares one test per case, in order. No case can be left out. */
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
