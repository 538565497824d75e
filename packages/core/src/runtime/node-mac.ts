// HMAC-SHA-256 under keys derived from the system secret, one for each purpose.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Mac, MacPurpose } from '../ports/system.ts';
import { deriveKey } from './derive-key.ts';

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
  const compute = (key: KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest();

  return {
    sign(purpose, text) {
      const [key] = keysFor(purpose);
      if (!key) throw new Error('There is no system secret.');
      return compute(key, text).toString('base64url');
    },
    verify(purpose, text, mac) {
      const given = Buffer.from(mac, 'base64url');
      // Only the canonical text: decoding ignores stray bits and characters, and one token must have one spelling.
      if (given.length !== 32 || given.toString('base64url') !== mac) return false;
      return keysFor(purpose).some((key) => timingSafeEqual(compute(key, text), given));
    },
  };
};
