// The queue for slow hashes is shared fairly among addresses and their clients.
import t from 'tap';
import { fairQueue } from '../src/runtime/fair-queue.ts';

/** A queue for one task at a time. A first task blocks it until `open` is called; the others record their order. */
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

t.test('addresses take turns, and so do the clients of one address', async (t) => {
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

t.test('when too many wait, the longest lane drops its newest task, but never an administrator', async (t) => {
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

t.test('the next task runs after a task fails', async (t) => {
  const run = fairQueue({ running: 1, mostWaiting: 10 });
  const failing = run(undefined, async () => Promise.reject(new Error('broken')));
  const next = run(undefined, async () => 'done');
  await t.rejects(failing, { message: 'broken' });
  t.equal(await next, 'done');
  t.equal(await run(undefined, async () => 'again'), 'again');
});
