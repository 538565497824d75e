// Reads a token of any kind: an opaque token of this server, or a JWT that it signed. Tokens of other issuers are
// recognised before any look-up.
import { errors } from 'jose';
import { asHashed } from '../../domain/hashed.ts';
import type { TokenKey } from '../../domain/token.ts';
import type { Digest, Mac, Random } from '../../ports/system.ts';
import type { VerifyOwnJwt } from '../keys/verify-own-jwt.ts';
import { type OpaqueKind, readToken } from './token-format.ts';

/** Undefined for anything that this server did not make, and for a JWT that has expired. */
export type ReadAnyToken = (
  token: string,
) => Promise<{ readonly kind: OpaqueKind; readonly key: TokenKey } | undefined>;

interface Deps {
  readonly system: { readonly digest: Digest; readonly mac: Mac; readonly random: Random };
  readonly verifyOwnJwt: VerifyOwnJwt;
}

/** RFC 7515 §7.1. */
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The grant's id, then the part that makes the token's id unique (see mint-access-token.ts). */
const idShape = /^([\w-]{22})[\w-]{22}$/;

export const makeReadAnyToken = ({ system, verifyOwnJwt }: Deps): ReadAnyToken => {
  const grantIdIn = async (jwt: string): Promise<string | undefined> => {
    try {
      // RFC 9068 §4: an ID token, which has another type, is not an access token.
      const { jti = '' } = await verifyOwnJwt(jwt, { typ: 'at+jwt', requiredClaims: ['exp', 'jti'] });
      return idShape.exec(jti)?.[1];
    } catch (cause) {
      if (cause instanceof errors.JOSEError) return undefined;
      throw cause;
    }
  };

  return async (token) => {
    const read = readToken(system, token);
    if (read || !compactJws.test(token)) return read;
    const grantId = await grantIdIn(token);
    return grantId === undefined
      ? undefined
      : { kind: 'access-token', key: { grantId, hash: asHashed(system.digest.sha256(token)) } };
  };
};
