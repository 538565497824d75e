// One JSON Web Key of a named set, as a store keeps it.
import type { EpochSeconds } from './time.ts';

export interface StoredKey {
  readonly set: string;
  /**
   * Unique within the set. The halves of a key pair are stored separately, as `private:<kid>` and `public:<kid>` (2018
   * API).
   */
  readonly kid: string;
  /**
   * The whole JWK as JSON, sealed by Cipher with its sealingContext, so a store never sees key material. A key that
   * does not sign yet is stored as the member `jwk` of that JSON, next to `signsFrom`.
   */
  readonly sealedJwk: string;
  readonly createdAt: EpochSeconds;
}

/** The set whose keys sign ID tokens and userinfo (2018 API). Its private members are never returned. */
export const signingKeySet = 'hydra.openid.id-token';

/** The context to which Cipher binds a sealed key, so that a store cannot substitute one key for another. */
export const sealingContext = (set: string, kid: string): string => JSON.stringify([set, kid]);
