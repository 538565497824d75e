// Hashes of client secrets: SHA-256 for secrets that the server generated, scrypt for those that a person chose.
//
// A chosen secret's hash ends with a MAC of the secret: `scrypt:N:r:p:salt:key:keyId.mac`. The MAC accepts the right
// secret and refuses any other without scrypt, even in a new process. Its key derives from the system secret, so a copy
// of the store alone still has to be attacked through scrypt. Nodes of the previous release read the first six parts.
import { createHmac, hash as digest, type KeyObject, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Lane, SecretHasher } from '../ports/system.ts';
import { deriveKey } from './derive-key.ts';
import { fairQueue } from './fair-queue.ts';

/** N=2^14, r=8, p=5 (16 MiB): one of the equally strong settings of the OWASP password storage cheat sheet. */
const cost = { N: 16_384, r: 8, p: 5 } as const;
/** Low enough to leave threads of the pool for other work. */
const running = 2;
const mostWaiting = 1_000;
const mostRenewed = 1_000;
const mostRecognised = 1_000;
/** Parts of a hash without its MAC. */
const parts = 6;

const derive = (secret: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
  });

const sha256 = (secret: string): Buffer => digest('sha256', secret, 'buffer');

interface MacKey {
  readonly id: string;
  readonly key: KeyObject;
}

const macKey = (systemSecret: string): MacKey => {
  const key = deriveKey(systemSecret, 'client-secret');
  return { id: createHmac('sha256', key).update('id').digest('base64url').slice(0, 8), key };
};

/** Covers the slow hash too: its salt gives equal secrets of two clients different MACs, and a new secret a new MAC. */
const macOf = ({ key }: MacKey, bare: string, secret: string): string =>
  createHmac('sha256', key).update(`${bare}:${secret}`).digest('base64url');

/** The hash without its MAC. */
const bareHash = (hash: string): string => hash.split(':', parts).join(':');

/** Adds an entry, and drops the oldest one of a full map. */
const remember = <Value>(map: Map<string, Value>, most: number, key: string, value: Value): void => {
  const oldest = map.keys().next();
  if (map.size >= most && !oldest.done) map.delete(oldest.value);
  map.set(key, value);
};

/** The first system secret makes MACs; all of them verify. */
export const nodeSecretHasher = (systemSecrets: readonly [string, ...(readonly string[])]): SecretHasher => {
  const run = fairQueue({ running, mostWaiting });
  let made: readonly [MacKey, ...(readonly MacKey[])] | undefined;
  const macKeys = (): readonly [MacKey, ...(readonly MacKey[])] => {
    const [first, ...others] = systemSecrets;
    made ??= [macKey(first), ...others.map(macKey)];
    return made;
  };
  /** Maps a stored hash to the same hash with a current MAC, until the store has the new one. */
  const renewed = new Map<string, string>();
  /**
   * Maps a stored hash to a fingerprint of the secret that matched its current MAC. A plain hash takes a third of the
   * time of an HMAC. Hashing a key before the text is safe here: a length extension attack needs a fingerprint, and
   * none leaves the process.
   */
  const recognised = new Map<string, Buffer>();
  const fingerprintKey = randomBytes(32).toString('base64url');
  const fingerprintOf = (secret: string): Buffer => sha256(fingerprintKey + secret);
  /** Concurrent requests of a client with the same secret share one computation. */
  const underWay = new Map<string, Promise<boolean>>();

  const withMac = (bare: string, secret: string): string => {
    const [current] = macKeys();
    return `${bare}:${current.id}.${macOf(current, bare, secret)}`;
  };

  const renew = (secret: string, hash: string): string => {
    const better = withMac(bareHash(hash), secret);
    remember(renewed, mostRenewed, hash, better);
    return better;
  };

  const recognise: SecretHasher['recognise'] = (secret, stored) => {
    if (stored.startsWith('sha256:')) {
      return timingSafeEqual(sha256(secret), Buffer.from(stored.slice(7), 'base64url')) ? 'right' : 'wrong';
    }
    const known = recognised.get(stored);
    if (known && timingSafeEqual(known, fingerprintOf(secret))) return 'right';
    const hash = renewed.get(stored) ?? stored;
    const end = hash.lastIndexOf(':');
    const dot = hash.indexOf('.', end);
    if (dot < 0) return 'unknown';
    const keys = macKeys();
    const id = hash.slice(end + 1, dot);
    const key = keys.find((one) => one.id === id);
    if (!key) return 'unknown';
    const mac = Buffer.from(hash.slice(dot + 1));
    const given = Buffer.from(macOf(key, hash.slice(0, end), secret));
    if (mac.length !== given.length || !timingSafeEqual(mac, given)) return 'wrong';
    if (key !== keys[0]) return 'outdated';
    remember(recognised, mostRecognised, stored, fingerprintOf(secret));
    return 'right';
  };

  const verifySlowly = async (secret: string, hash: string, lane: Lane | undefined): Promise<boolean> => {
    const [method, N, r, p, salt = '', key = ''] = hash.split(':', parts);
    if (method !== 'scrypt') throw new Error(`A client secret is hashed with an unknown method, ${method}.`);
    const cost = { N: Number(N), r: Number(r), p: Number(p) };
    const derived = await run(lane, () => derive(secret, Buffer.from(salt, 'base64url'), cost));
    return timingSafeEqual(derived, Buffer.from(key, 'base64url'));
  };

  return {
    hashGenerated: (secret) => `sha256:${sha256(secret).toString('base64url')}`,

    async hashChosen(secret) {
      const salt = randomBytes(16);
      const key = await run(undefined, () => derive(secret, salt, cost));
      const { N, r, p } = cost;
      return withMac(`scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${key.toString('base64url')}`, secret);
    },

    recognise,

    renew,

    async verify(secret, hash, lane) {
      const verdict = recognise(secret, hash);
      if (verdict !== 'unknown') return verdict !== 'wrong';
      const name = withMac(bareHash(hash), secret);
      let verification = underWay.get(name);
      if (!verification) {
        verification = verifySlowly(secret, hash, lane).finally(() => underWay.delete(name));
        underWay.set(name, verification);
      }
      return verification;
    },
  };
};
