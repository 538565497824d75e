// JWTs that a client signs with its RSA key.
import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';

export interface ClientKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

export const makeClientKey = (kid: string): ClientKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** RS256, or unsigned without a key. */
export const clientJwt = (claims: Readonly<Record<string, unknown>>, key: ClientKey | null): string => {
  const header = key ? { alg: 'RS256', kid: key.kid } : { alg: 'none' };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${key ? signBytes('sha256', Buffer.from(input), key.privateKey).toString('base64url') : ''}`;
};
