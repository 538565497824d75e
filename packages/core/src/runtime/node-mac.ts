// HMAC-SHA-256 under keys derived from the system secret, one for each purpose.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Mac, MacPurpose } from '../ports/system.ts';
import { deriveKey } from './derive-key.ts';

/** Characters of 32 bytes in base64url. */
const textLength = 43;

/** The first secret signs; all of them verify. */
export const nodeMac = (secrets: readonly string[]): Mac => {
  const keys = new Map<MacPurpose, readonly KeyObject[]>();
  const keysFor = (purpose: MacPurpose): readonly KeyObject[] => {
    let found = keys.get(purpose);
    if (!found) {
      found = secrets.map((secret) => deriveKey(secret, `mac/${purpose}`));
      keys.set(purpose, found);
    }
    return found;
  };
  const compute = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  const keyIds = new Map<MacPurpose, readonly string[]>();

  return {
    keyIds(purpose) {
      const known = keyIds.get(purpose);
      if (known) return known;
      const computed = keysFor(purpose).map((key) => compute(key, 'the name of this key').slice(0, 8));
      keyIds.set(purpose, computed);
      return computed;
    },
    sign(purpose, text) {
      const [key] = keysFor(purpose);
      if (!key) throw new Error('There is no system secret.');
      return compute(key, text);
    },
    verify(purpose, text, mac) {
      // The texts are compared, not what they encode: decoding ignores stray bits and characters, and one token must
      // have one spelling.
      const given = Buffer.from(mac);
      if (given.length !== textLength) return false;
      return keysFor(purpose).some((key) => timingSafeEqual(Buffer.from(compute(key, text)), given));
    },
  };
};
