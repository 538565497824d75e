// The batcher: which answer each request gets, which requests fail together, and which wait for others.
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@claviger/core';
import t from 'tap';
import { Batcher } from '../src/postgres/batcher.ts';

interface Batch {
  readonly requests: readonly string[];
  readonly succeed: () => void;
  readonly fail: (error: Error) => void;
}

/** Batches end when the test says so. Each answer is its request in capitals. */
const givenBatches = ({ maxBatch = 64, maxWaitMs = 600_000 } = {}) => {
  const batches: Batch[] = [];
  const batcher = new Batcher(
    (requests: readonly string[]) =>
      new Promise<readonly string[]>((resolve, reject) => {
        const answers = requests.map((request) => request.toUpperCase());
        batches.push({ requests: [...requests], succeed: () => resolve(answers), fail: reject });
      }),
    { maxBatch, maxWaitMs, isWorthSplitting: (error) => !(error instanceof StoreUnavailable) },
  );
  return { batches, add: (request: string) => batcher.add(request) };
};

/** Enough turns of the event loop for everything that does not wait for a timer. */
const someTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const sent = (batches: readonly Batch[]): readonly string[] => batches.map(({ requests }) => requests.join());

const outcomes = async (added: readonly Promise<string>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(added)).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason.message)));

t.test('requests of one turn form one batch, and each gets its own answer', async (t) => {
  const { batches, add } = givenBatches();
  const added = ['a', 'b', 'a', 'c'].map(add);
  t.same(sent(batches), [], 'not before the end of the turn');
  await someTurns();
  t.same(sent(batches), ['a,b,a,c']);
  batches[0]?.succeed();
  t.same(await outcomes(added), ['A', 'B', 'A', 'C']);
});

t.test('no batch exceeds the limit, and every request is sent', async (t) => {
  const { batches, add } = givenBatches({ maxBatch: 2 });
  const added = ['a', 'b', 'c', 'd', 'e'].map(add);
  await someTurns();
  t.same(sent(batches), ['a,b', 'c,d', 'e']);
  for (const batch of batches.toReversed()) batch.succeed();
  t.same(await outcomes(added), ['A', 'B', 'C', 'D', 'E'], 'in any order in which the batches end');
});

t.test('requests that arrive while a batch is in flight are sent when it ends', async (t) => {
  const { batches, add } = givenBatches();
  const first = add('a');
  await someTurns();
  const second = [add('b'), add('c')];
  await someTurns();
  t.same(sent(batches), ['a'], 'later requests wait');
  batches[0]?.succeed();
  t.equal(await first, 'A');
  await someTurns();
  t.same(sent(batches), ['a', 'b,c']);
  batches[1]?.succeed();
  t.same(await outcomes(second), ['B', 'C']);
});

/** Waits for the batcher's timer. */
const untilSent = async (batches: readonly Batch[], count: number): Promise<void> => {
  while (batches.length < count) await sleep(1);
};

t.test('a batch that hangs delays later requests by maxWaitMs at most', async (t) => {
  const { batches, add } = givenBatches({ maxWaitMs: 1 });
  const first = add('a');
  await untilSent(batches, 1);
  const second = [add('b'), add('c')];
  await untilSent(batches, 2);
  t.same(sent(batches), ['a', 'b,c']);
  batches[1]?.succeed();
  t.same(await outcomes(second), ['B', 'C']);
  const third = add('d');
  await untilSent(batches, 3);
  t.same(sent(batches), ['a', 'b,c', 'd']);
  batches[2]?.succeed();
  t.equal(await third, 'D');
  batches[0]?.fail(new StoreUnavailable('postgres', new Error('no answer')));
  await t.rejects(first, StoreUnavailable);
});

t.test('after a failure that one request caused, each request is run alone', async (t) => {
  const { batches, add } = givenBatches();
  const added = ['a', 'bad', 'c'].map(add);
  await someTurns();
  batches[0]?.fail(new Error('refused'));
  await someTurns();
  t.same(sent(batches), ['a,bad,c', 'a', 'bad', 'c']);
  batches[1]?.succeed();
  batches[2]?.fail(new Error('refused alone'));
  batches[3]?.succeed();
  t.same(await outcomes(added), ['A', 'refused alone', 'C']);
  const next = add('d');
  await someTurns();
  t.equal(sent(batches).at(-1), 'd', 'the next batch is sent as usual');
  batches.at(-1)?.succeed();
  t.equal(await next, 'D');
});

t.test('a batch that failed because the store is unavailable is not run again', async (t) => {
  const { batches, add } = givenBatches();
  const added = ['a', 'b'].map(add);
  await someTurns();
  batches[0]?.fail(new StoreUnavailable('postgres', new Error('gone')));
  await Promise.all(added.map((one) => t.rejects(one, StoreUnavailable)));
  await someTurns();
  t.equal(batches.length, 1, 'it may have taken effect');
});
