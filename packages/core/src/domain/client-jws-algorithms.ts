// The JWS algorithms with which a client may sign what it sends: assertions and request objects (RFC 7518 §3.1).

/** Asymmetric. Separate from MACs, so that a public key is never used as a shared secret. */
export const asymmetricAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Keyed with the client's secret, so only for clients whose secret can be opened. */
export const macAlgorithms = ['HS256', 'HS384', 'HS512'] as const;

export type ClientAlgorithm = (typeof asymmetricAlgorithms)[number] | (typeof macAlgorithms)[number];
