// Turns of slow hashes: shared fairly among addresses and their clients.
import t from 'tap';
import { fairQueue } from '../src/runtime/fair-queue.ts';

/** A queue with one turn at a time, held by a first task until `open` is called; the others note when they had theirs. */
const given = (mostWaiting = 1_000) => {
  const run = fairQueue({ running: 1, mostWaiting });
  const order: string[] = [];
  let open = (): void => undefined;
  const first = run(undefined, () => new Promise<void>((resolve) => (open = resolve)));
  const add = (name: string, lane?: { clientId: string; address: string }): Promise<unknown> =>
    run(lane, async () => order.push(name)).catch((error: { code: string }) => order.push(`${name} ${error.code}`));
  const finish = async (all: Promise<unknown>[]): Promise<void> => {
    open();
    await Promise.all([first, ...all]);
  };
  return { order, add, finish };
};

t.test('turns go round the addresses, and within an address round its clients', async (t) => {
  const { order, add, finish } = given();
  const flood = ['a1', 'a2', 'a3'].map((name) => add(name, { clientId: 'a', address: '1' }));
  const all = [
    ...flood,
    add('b1', { clientId: 'b', address: '1' }),
    add('a4', { clientId: 'a', address: '2' }),
    add('admin'),
    add('a5', { clientId: 'a', address: '2' }),
  ];
  await finish(all);
  t.same(order, ['a1', 'a4', 'admin', 'b1', 'a5', 'a2', 'a3']);
});

t.test('when too many wait, the longest lane loses its newest; administrators never do', async (t) => {
  const { order, add, finish } = given(3);
  const flood = ['x1', 'x2', 'x3'].map((name) => add(name, { clientId: 'x', address: '1' }));
  const admins = ['admin 1', 'admin 2', 'admin 3', 'admin 4', 'admin 5'].map((name) => add(name));
  const other = add('other', { clientId: 'y', address: '2' });
  await finish([...flood, ...admins, other]);
  t.same(
    order.filter((name) => name.startsWith('x')),
    ['x3 temporarily_unavailable', 'x1', 'x2'],
  );
  t.equal(order.filter((name) => name.startsWith('admin')).length, 5);
  t.ok(order.includes('other'));
});

t.test('a task that fails gives its turn to the next', async (t) => {
  const run = fairQueue({ running: 1, mostWaiting: 10 });
  const failing = run(undefined, async () => Promise.reject(new Error('broken')));
  const next = run(undefined, async () => 'done');
  await t.rejects(failing, { message: 'broken' });
  t.equal(await next, 'done');
  t.equal(await run(undefined, async () => 'again'), 'again');
});
