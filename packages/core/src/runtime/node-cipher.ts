// AES-256-GCM with a fresh 96-bit nonce. Text form: `v1.<nonce>.<ciphertext and tag>`, base64url.
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Cipher } from '../ports/system.ts';
import { deriveKey } from './derive-key.ts';

const tagLength = 16;

const sealWith = (key: KeyObject, plaintext: string, context: string): string => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
};

const openWith = (key: KeyObject, text: string, context: string): string => {
  const [version, nonce = '', body = ''] = text.split('.');
  const sealed = Buffer.from(body, 'base64url');
  if (version !== 'v1' || sealed.length < tagLength) throw new Error('This is not a sealed value.');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagLength)), decipher.final()]).toString('utf8');
};

/** The first secret seals; all of them open. */
export const nodeCipher = (secrets: readonly string[]): Cipher => {
  const keys = secrets.map((secret) => deriveKey(secret, 'cipher'));
  const seal = (plaintext: string, context: string): string => {
    const [key] = keys;
    if (!key) throw new Error('There is no system secret.');
    return sealWith(key, plaintext, context);
  };
  const open = (sealed: string, context: string): { readonly plaintext: string; readonly isNewest: boolean } => {
    let failure: unknown;
    for (const [index, key] of keys.entries()) {
      try {
        return { plaintext: openWith(key, sealed, context), isNewest: index === 0 };
      } catch (error) {
        failure = error;
      }
    }
    throw new Error('A sealed value cannot be opened: was the system secret changed?', { cause: failure });
  };
  return {
    seal,
    open: (sealed, context) => open(sealed, context).plaintext,
    reseal(sealed, context) {
      const { plaintext, isNewest } = open(sealed, context);
      return isNewest ? null : seal(plaintext, context);
    },
    sealUnder: (secret, plaintext) => sealWith(deriveKey(secret, 'seal-under'), plaintext, ''),
    openUnder: (secret, sealed) => openWith(deriveKey(secret, 'seal-under'), sealed, ''),
  };
};
