// One key per purpose out of the system secret (RFC 5869), so that no value made for one purpose serves another.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A 256-bit key. */
export const deriveKey = (secret: string, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `claviger/${purpose}`, 32)));
