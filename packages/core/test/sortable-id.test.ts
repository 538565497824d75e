// Ids of grants: sixteen bytes in their one spelling, in the order in which they were drawn.
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';
import { epochSeconds } from '../src/domain/time.ts';
import { drawSortableId } from '../src/usecases/sortable-id.ts';

const { random } = nodeSystem({ systemSecret: 'a system secret for tests' });
const at = (milliseconds: number): string =>
  drawSortableId({ random, clock: { now: () => epochSeconds(0), milliseconds: () => milliseconds } });

t.test('an id is the canonical base64url of sixteen bytes, the first six the time', async (t) => {
  for (const milliseconds of [0, 1, 63, 64, 1_800_000_000_123, 2 ** 33, 2 ** 48 - 1]) {
    const id = at(milliseconds);
    const bytes = Buffer.from(id, 'base64url');
    t.equal(bytes.length, 16);
    t.equal(bytes.toString('base64url'), id);
    t.equal(bytes.readUIntBE(0, 6), milliseconds);
  }
  const full = drawSortableId({ random, clock: { now: () => epochSeconds(1_800_000_000) } });
  t.equal(Buffer.from(full, 'base64url').readUIntBE(0, 6), 1_800_000_000_000, 'a clock without milliseconds will do');
});

t.test('later ids come after earlier ones, byte by byte, and none comes twice', async (t) => {
  const ids = Array.from({ length: 2000 }, (_, index) => Buffer.from(at(1_800_000_000_000 + index), 'base64url'));
  t.strictSame(ids, [...ids].sort(Buffer.compare));
  t.equal(new Set(Array.from({ length: 2000 }, () => at(1_800_000_000_000))).size, 2000);
});
