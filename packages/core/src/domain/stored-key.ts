// One JSON Web Key of a named set, as a store keeps it.
import type { EpochSeconds } from './time.ts';

export interface StoredKey {
  readonly set: string;
  /** Unique within the set. Halves of a key pair are kept apart, as `private:<kid>` and `public:<kid>` (2018 API). */
  readonly kid: string;
  /**
   * The whole JWK as JSON, sealed by Cipher in its sealingContext: a store never sees key material. A key that waits to
   * sign is a member `jwk` of that JSON, with `signsFrom` beside it.
   */
  readonly sealedJwk: string;
  readonly createdAt: EpochSeconds;
}

/** The set whose keys sign ID tokens and userinfo (2018 API). Its private members are never given out. */
export const signingKeySet = 'hydra.openid.id-token';

/** What Cipher binds a sealed key to, so that a store cannot pass one key off as another. */
export const sealingContext = (set: string, kid: string): string => JSON.stringify([set, kid]);
