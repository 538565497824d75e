// New keys, as the 2018 API names and keeps them: a pair as `private:<kid>` and `public:<kid>`, a secret key as
// `<kid>`.
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import type { KeyAlgorithm, System } from '../../ports/system.ts';

export interface NewKey {
  readonly alg: KeyAlgorithm;
  /** '' generates one. */
  readonly kid: string;
  /** '' leaves the member out. */
  readonly use: string;
  readonly rsaBits: number;
}

export type NamedKey = Jwk & { readonly kid: string };

/**
 * The private half first, or only the secret key. An elliptic curve key has no `alg` in the 2018 API, because its curve
 * allows only one (RFC 7518 §3.4).
 */
export const makeKeyPair = async (
  { keyOperations, random }: Pick<System, 'keyOperations' | 'random'>,
  { alg, kid, use, rsaBits }: NewKey,
): Promise<readonly NamedKey[]> => {
  const name = kid === '' ? random.uuid() : kid;
  const made = await keyOperations.generate(alg, rsaBits);
  const common = { ...(use === '' ? {} : { use }), ...(made.kty === 'EC' ? {} : { alg }) };
  if (made.kty === 'oct') return [{ ...made, ...common, kid: name }];
  return [
    { ...made, ...common, kid: `private:${name}` },
    { ...publicPart(made), ...common, kid: `public:${name}` },
  ];
};
