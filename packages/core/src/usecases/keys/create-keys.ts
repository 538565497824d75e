// Makes new keys in a set. A key pair becomes two keys, `private:<kid>` and `public:<kid>` (2018 API).
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { KeyAlgorithm, System } from '../../ports/system.ts';
import type { CreateKeys, KeysResult } from '../../provider.ts';
import { sealKey, shownKey } from './sealed-key.ts';

/** As the 2018 API has them; RFC 7518 §3.3 asks for 2048 at least. */
const rsaBits = 4096;

export const makeCreateKeys =
  (deps: { keys: KeyStore; system: Pick<System, 'clock' | 'random' | 'cipher' | 'keyOperations'> }) =>
  async ({ set, alg, kid, use }: CreateKeys): Promise<KeysResult> => {
    const { clock, random, cipher, keyOperations } = deps.system;
    const generated = await keyOperations.generate(alg, rsaBits);
    const made = named(labelled(generated, alg, use), kid || random.uuid());
    const now = clock.now();
    const saved = await deps.keys.add(made.map((jwk) => sealKey(cipher, set, jwk.kid, jwk, now)));
    return saved === 'exists'
      ? { outcome: 'exists' }
      : { outcome: 'added', keys: made.map((jwk) => shownKey(set, jwk)) };
  };

/** An elliptic curve key names no `alg` in the 2018 API: its curve leaves only one (RFC 7518 §3.4). */
const labelled = (jwk: Jwk, alg: KeyAlgorithm, use: string): Jwk => ({
  ...(use === '' ? {} : { use }),
  ...(jwk.kty === 'EC' ? {} : { alg }),
  ...jwk,
});

const named = (jwk: Jwk, kid: string): readonly (Jwk & { readonly kid: string })[] =>
  jwk.kty === 'oct'
    ? [{ ...jwk, kid }]
    : [
        { ...jwk, kid: `private:${kid}` },
        { ...publicPart(jwk), kid: `public:${kid}` },
      ];
