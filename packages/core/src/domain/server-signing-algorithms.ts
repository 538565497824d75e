// The algorithms of ID tokens, signed userinfo and JWT access tokens (RFC 7518 §3.1, RFC 8037 §3.1).
import type { Jwk } from './jwk.ts';

/** RS256 first: every server must support it (OpenID Connect Core §15.1). */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** Undefined for any other text, including '' and `none`. */
export const asSigningAlgorithm = (text: string): SigningAlgorithm | undefined =>
  signingAlgorithms.find((alg) => alg === text);

interface Traits {
  readonly kty: string;
  readonly crv?: string;
  /** The hash that the algorithm uses. */
  readonly hashBits: 256 | 512;
}

const traits: Readonly<Record<SigningAlgorithm, Traits>> = {
  RS256: { kty: 'RSA', hashBits: 256 },
  PS256: { kty: 'RSA', hashBits: 256 },
  ES256: { kty: 'EC', crv: 'P-256', hashBits: 256 },
  // RFC 8032 §5.1: Ed25519 hashes with SHA-512.
  EdDSA: { kty: 'OKP', crv: 'Ed25519', hashBits: 512 },
};

export const hashBitsOf = (alg: SigningAlgorithm): 256 | 512 => traits[alg].hashBits;

/** Whether a key signs by the algorithm: by its type and curve, and by its own `alg` if it has one. */
export const suits = (jwk: Jwk, alg: SigningAlgorithm): boolean => {
  const { kty, crv } = traits[alg];
  return jwk.kty === kty && jwk.crv === crv && (jwk.alg === undefined || jwk.alg === alg);
};
