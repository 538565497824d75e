// id_token_hint (OpenID Connect Core §3.1.2.1): an ID token of this server that says who is expected to be logged in.
import { errors, type JWTPayload } from 'jose';
import type { JsonObject } from '../../domain/json.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { VerifyOwnJwt } from '../keys/verify-own-jwt.ts';

export type VerifyIdTokenHint = (hint: string) => Promise<{ readonly subject: string; readonly claims: JsonObject }>;

/** Throws invalid_request for anything but an unexpired ID token of this issuer. */
export const makeVerifyIdTokenHint =
  ({ verifyOwnJwt }: { readonly verifyOwnJwt: VerifyOwnJwt }): VerifyIdTokenHint =>
  async (hint) => {
    let claims: JWTPayload;
    try {
      claims = await verifyOwnJwt(hint, { typ: 'JWT', requiredClaims: ['exp', 'iat'] });
    } catch (cause) {
      if (!(cause instanceof errors.JOSEError)) throw cause;
      throw new OAuthError('invalid_request', {
        hint: 'The id_token_hint is not a valid ID token of this server.',
        cause,
      });
    }
    if (!claims.sub) throw oauthError('invalid_request', 'The id_token_hint names no subject.');
    return { subject: claims.sub, claims: claims as JsonObject };
  };
