// The JWS algorithms with which a client may sign what it sends: assertions and request objects (RFC 7518 §3.1).

/** Asymmetric. Separate from MACs, so that a public key is never used as a shared secret. */
export const asymmetricAlgorithms: readonly string[] = [
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
];

/** Keyed with the client's secret, so only for clients whose secret can be opened. */
export const macAlgorithms: readonly string[] = ['HS256', 'HS384', 'HS512'];
