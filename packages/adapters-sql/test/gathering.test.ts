// Many requests, one trip: who gets which answer, who is spared, and who waits for whom.
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@claviger/core';
import t, { type Test } from 'tap';
import { Gathering } from '../src/postgres/gathering.ts';

interface Trip {
  readonly requests: readonly string[];
  readonly arrive: () => void;
  readonly fail: (error: Error) => void;
}

/** Trips that end when the test says so; each answer is its request in capitals. */
const givenTrips = (most = 64) => {
  const trips: Trip[] = [];
  const gathering = new Gathering(
    (requests: readonly string[]) =>
      new Promise<readonly string[]>((resolve, reject) => {
        const answers = requests.map((request) => request.toUpperCase());
        trips.push({ requests: [...requests], arrive: () => resolve(answers), fail: reject });
      }),
    { most, patienceMs: 10, isOneRequestsFault: (error) => !(error instanceof StoreUnavailable) },
  );
  return { trips, ask: (request: string) => gathering.ask(request) };
};

/** Turns of the event loop, far shorter than the patience all together. */
const someTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const sent = (trips: readonly Trip[]): readonly string[] => trips.map(({ requests }) => requests.join());

const outcomes = async (asked: readonly Promise<string>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(asked)).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason.message)));

t.test('what one turn asks for goes together, and each request gets its own answer', async (t) => {
  const { trips, ask } = givenTrips();
  const asked = ['a', 'b', 'a', 'c'].map(ask);
  t.same(sent(trips), [], 'not before the end of the turn');
  await someTurns();
  t.same(sent(trips), ['a,b,a,c']);
  trips[0]?.arrive();
  t.same(await outcomes(asked), ['A', 'B', 'A', 'C']);
});

t.test('no trip has more requests than it may, and none is left behind', async (t) => {
  const { trips, ask } = givenTrips(2);
  const asked = ['a', 'b', 'c', 'd', 'e'].map(ask);
  await someTurns();
  t.same(sent(trips), ['a,b', 'c,d', 'e']);
  for (const trip of trips.toReversed()) trip.arrive();
  t.same(await outcomes(asked), ['A', 'B', 'C', 'D', 'E'], 'in whatever order the trips end');
});

const whileATripIsUnderWay = async (t: Test) => {
  const { trips, ask } = givenTrips();
  const first = ask('a');
  await someTurns();
  const second = [ask('b'), ask('c')];
  await someTurns();
  t.same(sent(trips), ['a'], 'what comes meanwhile waits');
  return { trips, ask, first, second };
};

t.test('what comes while a trip is under way leaves when it is over', async (t) => {
  const { trips, first, second } = await whileATripIsUnderWay(t);
  trips[0]?.arrive();
  t.equal(await first, 'A');
  await someTurns();
  t.same(sent(trips), ['a', 'b,c']);
  trips[1]?.arrive();
  t.same(await outcomes(second), ['B', 'C']);
});

t.test(
  'a trip that hangs costs those who are on it, and holds the others up for no longer than the patience',
  async (t) => {
    const { trips, ask, first, second } = await whileATripIsUnderWay(t);
    await sleep(50);
    t.same(sent(trips), ['a', 'b,c']);
    trips[1]?.arrive();
    t.same(await outcomes(second), ['B', 'C']);
    const third = ask('d');
    await sleep(50);
    t.same(sent(trips), ['a', 'b,c', 'd']);
    trips[2]?.arrive();
    t.equal(await third, 'D');
    trips[0]?.fail(new StoreUnavailable('postgres', new Error('no answer')));
    await t.rejects(first, StoreUnavailable);
    const last = ask('e');
    await someTurns();
    t.same(sent(trips).at(-1), 'e', 'and then nobody waits any more');
    trips[3]?.arrive();
    t.equal(await last, 'E');
  },
);

t.test("one request's fault stays its own: the others are asked again alone", async (t) => {
  const { trips, ask } = givenTrips();
  const asked = ['a', 'bad', 'c'].map(ask);
  await someTurns();
  trips[0]?.fail(new Error('refused'));
  await someTurns();
  t.same(sent(trips), ['a,bad,c', 'a', 'bad', 'c']);
  trips[1]?.arrive();
  trips[2]?.fail(new Error('refused alone'));
  trips[3]?.arrive();
  t.same(await outcomes(asked), ['A', 'refused alone', 'C']);
  const next = ask('d');
  await someTurns();
  t.equal(sent(trips).at(-1), 'd', 'the next trip leaves as ever');
  trips.at(-1)?.arrive();
  t.equal(await next, 'D');
});

t.test('a store that is away is asked once, not once more for each request', async (t) => {
  const { trips, ask } = givenTrips();
  const asked = ['a', 'b'].map(ask);
  await someTurns();
  trips[0]?.fail(new StoreUnavailable('postgres', new Error('gone')));
  await Promise.all(asked.map((one) => t.rejects(one, StoreUnavailable)));
  await someTurns();
  t.equal(trips.length, 1, 'nobody knows whether it was done');
});
