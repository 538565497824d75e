// The server's own keys. The default keeps them sealed in the key store; a key management service can take its place.
import type { JsonObject } from '../domain/json.ts';
import type { Jwk } from '../domain/jwk.ts';
import type { SigningAlgorithm } from '../domain/server-signing-algorithms.ts';

/** What a JWT is, as its header says (RFC 7519 §5.1; RFC 9068 §2.1), so that one is never taken for another. */
export type JwtType = 'JWT' | 'at+jwt';

export interface SigningKeys {
  /** What `sign` takes; RS256 is among them (OpenID Connect Core §15.1). */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Has a key for the algorithm published, so that clients can know it before it signs. */
  prepare(alg: SigningAlgorithm): Promise<void>;
  /** A compact JWS (RFC 7515 §3.1) over the claims. */
  sign(claims: JsonObject, alg: SigningAlgorithm, typ: JwtType): Promise<string>;
  /** Every public key that a signature may be checked with, newest first; those that do not sign yet, last. */
  publicKeys(): Promise<readonly Jwk[]>;
}
