// Whether a key that an administrator sends can be kept.
import { faultyMember, type Jwk } from '../../domain/jwk.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { oauthError } from '../../errors/oauth-error.ts';

export type ImportableKey = Jwk & { readonly kid: string };

/** RFC 7518 §6.3.2: without these Node.js and others cannot sign with an RSA key. */
const rsaSigningMembers = ['p', 'q', 'dp', 'dq', 'qi'];

/** Throws invalid_request; `path` is where the key was in the request, such as `keys[0].`, or ''. */
export const importableKey = (set: string, jwk: Jwk, path: string): ImportableKey => {
  const faulty = faultyMember(jwk) ?? (jwk.kid ? unusableMember(set, jwk) : 'kid');
  if (faulty) throw oauthError('invalid_request', `${path}${faulty} is missing or does not make a known kind of key.`);
  return jwk as ImportableKey;
};

/** A key that cannot sign must not become the newest one of the set that signs. */
const unusableMember = (set: string, jwk: Jwk): string | undefined =>
  set === signingKeySet && jwk.kty === 'RSA' && jwk.d !== undefined
    ? rsaSigningMembers.find((member) => jwk[member] === undefined)
    : undefined;
