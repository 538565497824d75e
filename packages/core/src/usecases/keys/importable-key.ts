// Whether a key that an administrator sends can be kept.
import { compactVerify, importJWK } from 'jose';
import { faultyMember, type Jwk, publicPart } from '../../domain/jwk.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { KeyOperations } from '../../ports/system.ts';
import { encodeJws, encodePart } from './encode-jws.ts';
import type { NamedKey } from './make-key-pair.ts';

/** Throws invalid_request; `path` is where the key was in the request, such as `keys[0].`, or ''. */
export const importableKey = async (
  keyOperations: KeyOperations,
  set: string,
  jwk: Jwk,
  path: string,
): Promise<NamedKey> => {
  const faulty = faultyMember(jwk) ?? (jwk.kid ? undefined : 'kid');
  if (faulty) throw oauthError('invalid_request', `${path}${faulty} is missing or does not make a known kind of key.`);
  if (set === signingKeySet && jwk.kid?.startsWith('private:')) await checkThatItSigns(keyOperations, jwk, path);
  return jwk as NamedKey;
};

const usualAlgorithm: Readonly<Record<string, string>> = { 'P-256': 'ES256', 'P-521': 'ES512', Ed25519: 'EdDSA' };

/** The newest private key of that set signs every ID token: one that cannot would stop every login. */
const checkThatItSigns = async (keyOperations: KeyOperations, jwk: Jwk, path: string): Promise<void> => {
  const alg = jwk.alg ?? (jwk.kty === 'RSA' ? 'RS256' : usualAlgorithm[String(jwk.crv)]) ?? '';
  try {
    const probe = await encodeJws(encodePart({ alg }), { probe: true }, (input) => keyOperations.sign(alg, jwk, input));
    await compactVerify(probe, await importJWK({ ...publicPart(jwk) }, alg));
  } catch (cause) {
    throw new OAuthError('invalid_request', {
      hint: `${path === '' ? 'The key' : path.slice(0, -1)} does not sign what its public half verifies.`,
      cause,
    });
  }
};
