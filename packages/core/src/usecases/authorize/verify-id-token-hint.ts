// id_token_hint (OpenID Connect Core §3.1.2.1): an ID token of this server that says who is expected to be logged in.
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { JsonObject } from '../../domain/json.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { Clock } from '../../ports/system.ts';

export type VerifyIdTokenHint = (hint: string) => Promise<{ readonly subject: string; readonly claims: JsonObject }>;

interface Deps {
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
}

/** Throws invalid_request for anything but an unexpired ID token of this issuer. */
export const makeVerifyIdTokenHint =
  ({ issuer, signingKeys, clock }: Deps): VerifyIdTokenHint =>
  async (hint) => {
    const keys = createLocalJWKSet({ keys: (await signingKeys.publicKeys()).map((jwk) => ({ ...jwk })) });
    let claims: JWTPayload;
    try {
      const options = {
        issuer,
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'iat'],
        // biome-ignore lint/style/noRestrictedGlobals: jose takes its clock as a Date.
        currentDate: new Date(clock.now() * 1000),
      };
      claims = (await jwtVerify(hint, keys, options)).payload;
    } catch (cause) {
      throw new OAuthError('invalid_request', {
        hint: 'The id_token_hint is not a valid ID token of this server.',
        cause,
      });
    }
    if (!claims.sub) throw oauthError('invalid_request', 'The id_token_hint names no subject.');
    return { subject: claims.sub, claims: claims as JsonObject };
  };
