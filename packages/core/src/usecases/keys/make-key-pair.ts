// New keys, as the 2018 API names and keeps them: a pair as `private:<kid>` and `public:<kid>`, a secret key as `<kid>`.
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import type { StoredKey } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { KeyAlgorithm, System } from '../../ports/system.ts';

export interface NewKey {
  readonly alg: KeyAlgorithm;
  /** '' draws one. */
  readonly kid: string;
  /** '' leaves the member out. */
  readonly use: string;
  readonly rsaBits: number;
}

/** The private half first; a secret key alone. */
export const makeKeyPair = async (
  { keyOperations, random }: Pick<System, 'keyOperations' | 'random'>,
  { alg, kid, use, rsaBits }: NewKey,
): Promise<readonly Jwk[]> => {
  const made = await keyOperations.generate(alg, rsaBits);
  const name = kid === '' ? random.uuid() : kid;
  const common = { ...(use === '' ? {} : { use }), alg };
  if (made.kty === 'oct') return [{ ...made, ...common, kid: name }];
  return [
    { ...made, ...common, kid: `private:${name}` },
    { ...publicPart(made), ...common, kid: `public:${name}` },
  ];
};

/** Sealed for the store; the place of a key is part of what is sealed, so keys cannot be swapped between sets. */
export const sealKeys = (
  { cipher }: Pick<System, 'cipher'>,
  set: string,
  keys: readonly Jwk[],
  createdAt: EpochSeconds,
): readonly StoredKey[] =>
  keys.map((jwk) => {
    const kid = jwk.kid ?? '';
    return { set, kid, sealedJwk: cipher.seal(JSON.stringify(jwk), `${set}/${kid}`), createdAt };
  });
