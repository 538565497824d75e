// Makes keys and signs with node:crypto. Elliptic curves sign on the event loop, because a hop to the thread pool takes
// longer than the signature.
import {
  constants,
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { Jwk } from '../domain/jwk.ts';
import type { KeyAlgorithm, KeyOperations } from '../ports/system.ts';

const makePair = promisify(generateKeyPair);

const toJwk = (key: KeyObject): Jwk => key.export({ format: 'jwk' }) as Jwk;

const generate = async (alg: KeyAlgorithm, rsaBits: number): Promise<Jwk> => {
  switch (alg) {
    case 'RS256':
    case 'PS256':
      return toJwk((await makePair('rsa', { modulusLength: rsaBits })).privateKey);
    case 'ES256':
      return toJwk((await makePair('ec', { namedCurve: 'P-256' })).privateKey);
    case 'ES512':
      return toJwk((await makePair('ec', { namedCurve: 'P-521' })).privateKey);
    case 'EdDSA':
      return toJwk((await makePair('ed25519')).privateKey);
    // RFC 7518 §3.2: a key at least as long as the hash.
    case 'HS256':
      return toJwk(createSecretKey(randomBytes(32)));
    case 'HS512':
      return toJwk(createSecretKey(randomBytes(64)));
  }
};

// Importing a JWK costs more than an elliptic curve signature: done once for each JWK object.
const imported = new WeakMap<Jwk, KeyObject>();

const privateKeyOf = (jwk: Jwk): KeyObject => {
  let key = imported.get(jwk);
  if (!key) {
    key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
    imported.set(jwk, key);
  }
  return key;
};

type SignRsa = (data: Buffer, key: SignKeyObjectInput) => Buffer | Promise<Buffer>;

const onThreadPool: SignRsa = (data, key) =>
  new Promise((resolve, reject) => {
    sign('sha256', data, key, (error, signature) => (error ? reject(error) : resolve(signature)));
  });

const inPlace: SignRsa = (data, key) => sign('sha256', data, key);

const signInput = (signRsa: SignRsa, alg: string, jwk: Jwk, input: string): Buffer | Promise<Buffer> => {
  const data = Buffer.from(input, 'ascii');
  switch (alg) {
    case 'RS256':
      return signRsa(data, { key: privateKeyOf(jwk) });
    case 'PS256':
      // RFC 7518 §3.5: the salt is as long as the hash.
      return signRsa(data, {
        key: privateKeyOf(jwk),
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    case 'ES256':
      return sign('sha256', data, { key: privateKeyOf(jwk), dsaEncoding: 'ieee-p1363' });
    case 'ES512':
      return sign('sha512', data, { key: privateKeyOf(jwk), dsaEncoding: 'ieee-p1363' });
    case 'EdDSA':
      return sign(null, data, privateKeyOf(jwk));
    case 'HS256':
    case 'HS512':
      return createHmac(alg === 'HS256' ? 'sha256' : 'sha512', Buffer.from(String(jwk.k), 'base64url'))
        .update(data)
        .digest();
    default:
      throw new Error(`There is no signature algorithm ${alg}.`);
  }
};

/**
 * `hasSpareCores`: RSA signs on the thread pool, in parallel with the event loop. If the process has only one core, or
 * other processes of the server use the rest, the pool would only compete with the loop and cost a third more than
 * signing in place.
 */
export const nodeKeyOperations = (hasSpareCores: boolean): KeyOperations => {
  const signRsa = hasSpareCores ? onThreadPool : inPlace;
  return {
    generate,
    sign: async (alg, jwk, input) => (await signInput(signRsa, alg, jwk, input)).toString('base64url'),
  };
};
