// Random bytes in small pieces. They are read from the operating system a page at a time, because the call costs more
// than the bytes. Every byte is used once and wiped immediately, so that it cannot be read from memory later.
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
