// JSON Web Keys in JSON. Checks only the shape; core checks the members of each key type (domain/jwk.ts).
import type { Jwk, JwkSet, KeyAlgorithm } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { nullable, optionalText } from '../../json/nullable.ts';

const keyMembers = {
  kid: optionalText('The id of the key within its set.'),
  use: optionalText('`sig` for signatures, `enc` for encryption.'),
  alg: optionalText('The algorithm that the key is for, such as `RS256`.'),
};

export const jwkBody = Type.Object(
  {
    kty: Type.String({ description: '`RSA`, `EC`, `OKP` or `oct`. The other members depend on it (RFC 7518 §6).' }),
    ...keyMembers,
  },
  { title: 'JsonWebKey', additionalProperties: true },
);

export const jwkSetBody = Type.Object({ keys: nullable(Type.Array(jwkBody)) }, { title: 'JsonWebKeySet' });

/** The algorithms of the 2018 API, and then the others that sign ID tokens. */
export const generatedAlgorithms = [
  'RS256',
  'ES512',
  'HS256',
  'HS512',
  'PS256',
  'ES256',
  'EdDSA',
] as const satisfies readonly KeyAlgorithm[];

export const createKeysBody = Type.Object(
  {
    alg: Type.Enum([...generatedAlgorithms], { description: 'The algorithm that the key is for.' }),
    kid: optionalText('The id of the new key. Default: a random one.'),
    use: keyMembers.use,
  },
  { title: 'JsonWebKeySetGeneratorRequest' },
);

/** null counts as absent. */
export const toJwk = (body: Static<typeof jwkBody>): Jwk =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Jwk;

export const toJwkSet = (body: Static<typeof jwkSetBody>): JwkSet => ({ keys: (body.keys ?? []).map(toJwk) });

/** The 2018 API shows RSA private keys without these; they can be computed from the rest (RFC 8017 §3.2). */
const unshown = new Set(['dp', 'dq', 'qi']);

export const fromJwk = (jwk: Jwk): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([member]) => !unshown.has(member))) as Jwk;

export const fromJwkSet = (keys: readonly Jwk[]): JwkSet => ({ keys: keys.map(fromJwk) });
