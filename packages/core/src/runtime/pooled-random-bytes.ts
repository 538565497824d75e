// Random bytes in small pieces: drawn from the operating system's generator by the page, because each draw costs more than
// the bytes do. Every byte is given out once and wiped at once, so that no later reader of the memory finds it.
import { randomFillSync } from 'node:crypto';

const page = Buffer.alloc(4096);
let used = page.length;

export const pooledRandomBytes = (size: number): Buffer => {
  if (size > page.length) return randomFillSync(Buffer.alloc(size));
  if (used + size > page.length) {
    randomFillSync(page);
    used = 0;
  }
  const bytes = Buffer.from(page.subarray(used, used + size));
  page.fill(0, used, used + size);
  used += size;
  return bytes;
};
