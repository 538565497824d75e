// Checks JWTs that this server signed itself, by any key that is still published.
import { createLocalJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Jwk } from '../../domain/jwk.ts';
import type { JwtType, SigningKeys } from '../../ports/signing-keys.ts';
import type { Clock } from '../../ports/system.ts';

/** Rejects with a jose error unless the JWT is this server's, unexpired, of the type, and has the claims. */
export type VerifyOwnJwt = (
  jwt: string,
  expected: { readonly typ: JwtType; readonly requiredClaims: readonly string[] },
) => Promise<JWTPayload>;

interface Deps {
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
}

/**
 * Seconds. A token may be shown to a node whose clock is behind that of the node which made it: `nbf` is the moment of
 * issue. For `exp` the stored row of an access token decides.
 */
const nodeClockTolerance = 60;

export const makeVerifyOwnJwt = ({ issuer, signingKeys, clock }: Deps): VerifyOwnJwt => {
  // Importing keys costs more than a signature check: done once for each array of keys that is published.
  const keySets = new WeakMap<readonly Jwk[], JWTVerifyGetKey>();

  const finderOf = (published: readonly Jwk[]): JWTVerifyGetKey => {
    let find = keySets.get(published);
    if (!find) {
      find = createLocalJWKSet({ keys: published.map((jwk) => ({ ...jwk })) });
      keySets.set(published, find);
    }
    return find;
  };

  return async (jwt, { typ, requiredClaims }) => {
    const find = finderOf(await signingKeys.publicKeys());
    // RFC 8725 §3.1, §3.11: only our algorithms, each with a key of its own type, and only the type that is asked for.
    const { payload } = await jwtVerify(jwt, find, {
      typ,
      issuer,
      algorithms: [...signingKeys.algorithms],
      requiredClaims: [...requiredClaims],
      clockTolerance: nodeClockTolerance,
      // biome-ignore lint/style/noRestrictedGlobals: jose takes its clock as a Date.
      currentDate: new Date(clock.now() * 1000),
    });
    return payload;
  };
};
