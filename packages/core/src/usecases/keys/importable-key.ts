// Whether a key that an administrator sends can be kept.
import { faultyMember, type Jwk } from '../../domain/jwk.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { NamedKey } from './make-key-pair.ts';

/** RFC 7518 §6.3.2: without these Node.js and others cannot sign with an RSA key. */
const rsaSigningMembers = ['p', 'q', 'dp', 'dq', 'qi'];

/** Throws invalid_request; `path` is where the key was in the request, such as `keys[0].`, or ''. */
export const importableKey = (set: string, jwk: Jwk, path: string): NamedKey => {
  const faulty = faultyMember(jwk) ?? (jwk.kid ? unusableMember(set, jwk) : 'kid');
  if (faulty) throw oauthError('invalid_request', `${path}${faulty} is missing or does not make a known kind of key.`);
  return jwk as NamedKey;
};

/** A key that cannot sign must not become the newest private one of the set that signs. */
const unusableMember = (set: string, jwk: Jwk): string | undefined => {
  if (set !== signingKeySet || !jwk.kid?.startsWith('private:')) return undefined;
  const needed = jwk.kty === 'RSA' ? ['d', ...rsaSigningMembers] : ['d'];
  return needed.find((member) => jwk[member] === undefined);
};
