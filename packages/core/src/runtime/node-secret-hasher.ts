// Hashes of client secrets: one SHA-256 for secrets that the server drew, scrypt for those that a person chose.
import { hash as digest, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { oauthError } from '../errors/oauth-error.ts';
import type { SecretHasher } from '../ports/system.ts';

/** N=2^14, r=8, p=5 (16 MiB): one of the equally strong settings of the OWASP password storage cheat sheet. */
const cost = { N: 16_384, r: 8, p: 5 } as const;
const atOnce = 2;
const mostWaiting = 64;
const mostWaitingForOne = 8;
const remembered = 1_000;

const derive = (secret: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
  });

/**
 * Runs few tasks at once, so that hashing never takes the whole thread pool, and lets few wait: a flood of wrong secrets
 * for one client must not keep the others out. Rejects with temporarily_unavailable beyond that.
 */
const rationed = () => {
  let running = 0;
  const waiting: Array<() => void> = [];
  const waitingFor = new Map<string, number>();

  const enter = async (whose: string): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    const alike = waitingFor.get(whose) ?? 0;
    if (waiting.length >= mostWaiting || alike >= mostWaitingForOne) throw oauthError('temporarily_unavailable');
    waitingFor.set(whose, alike + 1);
    await new Promise<void>((resolve) => waiting.push(resolve));
    const left = (waitingFor.get(whose) ?? 1) - 1;
    if (left > 0) waitingFor.set(whose, left);
    else waitingFor.delete(whose);
  };

  return async <T>(whose: string, task: () => Promise<T>): Promise<T> => {
    await enter(whose);
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
};

export const nodeSecretHasher = (): SecretHasher => {
  const run = rationed();
  // A slow hash that matched once is recognised by a keyed fingerprint afterwards. The stored hash is the key of the cache,
  // so a changed secret, on whatever node, is never recognised by the old entry. A key before the text is enough: what is
  // wrong with that as a MAC takes somebody who sees fingerprints, and they never leave the process.
  const fingerprintKey = randomBytes(32).toString('base64url');
  const verified = new Map<string, Buffer>();
  const fingerprintOf = (secret: string): Buffer => digest('sha256', fingerprintKey + secret, 'buffer');
  // Many requests of one client at once, right after a start, are one computation: they carry the same secret.
  const underWay = new Map<string, Promise<boolean>>();
  const remember = (hash: string, fingerprint: Buffer): void => {
    const oldest = verified.keys().next();
    if (verified.size >= remembered && !oldest.done) verified.delete(oldest.value);
    verified.set(hash, fingerprint);
  };

  const verifyChosen = async (secret: string, hash: string, fingerprint: Buffer): Promise<boolean> => {
    const [, N, r, p, salt = '', key = ''] = hash.split(':');
    const cost = { N: Number(N), r: Number(r), p: Number(p) };
    const derived = await run(hash, () => derive(secret, Buffer.from(salt, 'base64url'), cost));
    const matches = timingSafeEqual(derived, Buffer.from(key, 'base64url'));
    if (matches) remember(hash, fingerprint);
    return matches;
  };

  const sha256 = (secret: string): Buffer => digest('sha256', secret, 'buffer');

  return {
    hashDrawn: (secret) => `sha256:${sha256(secret).toString('base64url')}`,

    async hashChosen(secret) {
      const salt = randomBytes(16);
      const key = await run('', () => derive(secret, salt, cost));
      const { N, r, p } = cost;
      return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${key.toString('base64url')}`;
    },

    async verify(secret, hash) {
      const known = verified.get(hash);
      if (known && timingSafeEqual(known, fingerprintOf(secret))) return true;
      const [method, drawn = ''] = hash.split(':', 2);
      if (method === 'sha256') return timingSafeEqual(sha256(secret), Buffer.from(drawn, 'base64url'));
      if (method !== 'scrypt') throw new Error(`A client secret is hashed with an unknown method, ${method}.`);
      const fingerprint = fingerprintOf(secret);
      const name = `${hash}:${fingerprint.toString('base64url')}`;
      let verification = underWay.get(name);
      if (!verification) {
        verification = verifyChosen(secret, hash, fingerprint).finally(() => underWay.delete(name));
        underWay.set(name, verification);
      }
      return verification;
    },
  };
};
