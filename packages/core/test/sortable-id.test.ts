// Ids of grants: 16 bytes in canonical base64url that sort by creation time.
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';
import { epochSeconds } from '../src/domain/time.ts';
import { generateSortableId } from '../src/usecases/sortable-id.ts';

const { random } = nodeSystem({ systemSecret: 'a system secret for tests' });
const at = (milliseconds: number): string =>
  generateSortableId({ random, clock: { now: () => epochSeconds(0), milliseconds: () => milliseconds } });

t.test('an id is the canonical base64url of 16 bytes; the first six are the time', async (t) => {
  for (const milliseconds of [0, 1, 63, 64, 1_800_000_000_123, 2 ** 33, 2 ** 48 - 1]) {
    const id = at(milliseconds);
    const bytes = Buffer.from(id, 'base64url');
    t.equal(bytes.length, 16);
    t.equal(bytes.toString('base64url'), id);
    t.equal(bytes.readUIntBE(0, 6), milliseconds);
  }
  const full = generateSortableId({ random, clock: { now: () => epochSeconds(1_800_000_000) } });
  t.equal(Buffer.from(full, 'base64url').readUIntBE(0, 6), 1_800_000_000_000, 'a clock without milliseconds is enough');
});

t.test('ids sort by creation time, byte by byte, and are unique', async (t) => {
  const ids = Array.from({ length: 2000 }, (_, index) => Buffer.from(at(1_800_000_000_000 + index), 'base64url'));
  t.strictSame(ids, [...ids].sort(Buffer.compare));
  t.equal(new Set(Array.from({ length: 2000 }, () => at(1_800_000_000_000))).size, 2000);
});
