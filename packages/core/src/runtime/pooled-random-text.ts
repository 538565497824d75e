// Random bytes in small pieces: drawn from the operating system's generator by the page, because each draw costs more than
// the bytes do. Every byte is given out once and wiped at once, so that no later reader of the memory finds it.
import { randomBytes, randomFillSync } from 'node:crypto';

const page = Buffer.alloc(4096);
let used = page.length;

/** `size` random bytes in base64url. */
export const pooledRandomText = (size: number): string => {
  if (size > page.length) return randomBytes(size).toString('base64url');
  if (used + size > page.length) {
    randomFillSync(page);
    used = 0;
  }
  const begin = used;
  used += size;
  const text = page.toString('base64url', begin, used);
  page.fill(0, begin, used);
  return text;
};
