// id_token_hint (OpenID Connect Core §3.1.2.1): an ID token of this server that says who is expected to be logged in.
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload } from 'jose';
import type { JsonObject } from '../../domain/json.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { VerifyOwnJwt } from '../keys/verify-own-jwt.ts';

export type IdTokenHint =
  | { readonly outcome: 'verified'; readonly subject: string; readonly claims: JsonObject }
  /** It claims to be ours, but its key has been rotated out, so the server cannot tell whom it names. */
  | { readonly outcome: 'unverifiable' };

export type VerifyIdTokenHint = (hint: string) => Promise<IdTokenHint>;

interface Deps {
  readonly issuer: string;
  readonly verifyOwnJwt: VerifyOwnJwt;
}

const refuse = (cause: unknown): OAuthError =>
  new OAuthError('invalid_request', { hint: 'The id_token_hint is not a valid ID token of this server.', cause });

/** The unverified claims. Never use them for a decision in favour of the sender. */
const claimsToBeOurs = (hint: string, issuer: string): boolean => {
  try {
    return decodeProtectedHeader(hint).typ === 'JWT' && decodeJwt(hint).iss === issuer;
  } catch {
    return false;
  }
};

/** Throws invalid_request for anything but an ID token of this issuer. */
export const makeVerifyIdTokenHint = ({ issuer, verifyOwnJwt }: Deps): VerifyIdTokenHint => {
  /** A hint may be expired, because the session may be over. jose reports expiry only after all other checks. */
  const verify = async (hint: string): Promise<JWTPayload> => {
    try {
      return await verifyOwnJwt(hint, { typ: 'JWT', requiredClaims: ['exp', 'iat'] });
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) return cause.payload;
      throw cause;
    }
  };

  return async (hint) => {
    let claims: JWTPayload;
    try {
      claims = await verify(hint);
    } catch (cause) {
      if (!(cause instanceof errors.JOSEError)) throw cause;
      if (cause instanceof errors.JWKSNoMatchingKey && claimsToBeOurs(hint, issuer)) return { outcome: 'unverifiable' };
      throw refuse(cause);
    }
    if (!claims.sub) throw oauthError('invalid_request', 'The id_token_hint has no "sub" claim.');
    return { outcome: 'verified', subject: claims.sub, claims: claims as JsonObject };
  };
};
