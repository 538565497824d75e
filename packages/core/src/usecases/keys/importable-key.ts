// Whether a key that an administrator sends can be stored.
import { compactVerify, importJWK } from 'jose';
import { faultyMember, type Jwk, publicPart } from '../../domain/jwk.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { KeyOperations } from '../../ports/system.ts';
import { encodeJws, encodePart } from './encode-jws.ts';
import type { NamedKey } from './make-key-pair.ts';

/** Throws invalid_request; `path` is the place of the key in the request, such as `keys[0].`, or ''. */
export const importableKey = async (
  keyOperations: KeyOperations,
  set: string,
  jwk: Jwk,
  path: string,
): Promise<NamedKey> => {
  const faulty = faultyMember(jwk) ?? (jwk.kid ? undefined : 'kid');
  if (faulty)
    throw oauthError('invalid_request', `${path}${faulty} is missing, or does not fit any supported type of key.`);
  if (set === signingKeySet) await checkSigningKey(keyOperations, jwk, path);
  return jwk as NamedKey;
};

/** Keys in that set are published, or sign every ID token. */
const checkSigningKey = async (keyOperations: KeyOperations, jwk: Jwk, path: string): Promise<void> => {
  const isHalf = /^(private|public):/.test(jwk.kid ?? '');
  // Keys of other sets neither sign nor are published. A symmetric key has no public half to verify with.
  if (isHalf && jwk.kty === 'oct')
    throw oauthError('invalid_request', `${path}kty: the set ${signingKeySet} accepts key pairs only.`);
  if (jwk.kid?.startsWith('private:')) await checkThatItSigns(keyOperations, jwk, path);
  else if (jwk.kid?.startsWith('public:')) await checkThatItVerifies(jwk, path);
};

const nameOf = (path: string): string => (path === '' ? 'The key' : path.slice(0, -1));

const usualAlgorithm: Readonly<Record<string, string>> = { 'P-256': 'ES256', 'P-521': 'ES512', Ed25519: 'EdDSA' };

const algorithmOf = ({ alg, kty, crv }: Jwk): string =>
  alg ?? (kty === 'RSA' ? 'RS256' : usualAlgorithm[String(crv)]) ?? '';

/** Clients read the whole set. One invalid key may make them refuse all of it. */
const checkThatItVerifies = async (jwk: Jwk, path: string): Promise<void> => {
  try {
    await importJWK({ ...publicPart(jwk) }, algorithmOf(jwk));
  } catch (cause) {
    throw new OAuthError('invalid_request', {
      hint: `${nameOf(path)} is not a key that can verify signatures.`,
      cause,
    });
  }
};

/** The newest private key of that set signs every ID token. If it could not sign, every login would fail. */
const checkThatItSigns = async (keyOperations: KeyOperations, jwk: Jwk, path: string): Promise<void> => {
  const alg = algorithmOf(jwk);
  try {
    const probe = await encodeJws(encodePart({ alg }), { probe: true }, (input) => keyOperations.sign(alg, jwk, input));
    await compactVerify(probe, await importJWK({ ...publicPart(jwk) }, alg));
  } catch (cause) {
    throw new OAuthError('invalid_request', {
      hint: `${nameOf(path)} does not belong to its public half: its signatures do not verify.`,
      cause,
    });
  }
};
