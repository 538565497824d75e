// Between a JSON Web Key and what the store keeps of it, and what of it may be shown.
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import { type StoredKey, sealingContext, signingKeySet } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { Cipher } from '../../ports/system.ts';
import type { NamedKey } from './make-key-pair.ts';

export const sealKey = (cipher: Cipher, set: string, jwk: NamedKey, createdAt: EpochSeconds): StoredKey => ({
  set,
  kid: jwk.kid,
  sealedJwk: cipher.seal(JSON.stringify(jwk), sealingContext(set, jwk.kid)),
  createdAt,
});

export const openKey = (cipher: Cipher, { set, kid, sealedJwk }: StoredKey): Jwk =>
  JSON.parse(cipher.open(sealedJwk, sealingContext(set, kid)));

/** Who has the key that signs ID tokens can be anyone to every client: not even an administrator gets to see it. */
export const shownKey = (set: string, jwk: Jwk): Jwk => (set === signingKeySet ? publicPart(jwk) : jwk);
