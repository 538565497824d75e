// The server's own signing keys. The default implementation keeps them encrypted in the key store; a key management
// service can replace it.
import type { JsonObject } from '../domain/json.ts';
import type { Jwk } from '../domain/jwk.ts';
import type { SigningAlgorithm } from '../domain/server-signing-algorithms.ts';

/** The `typ` header of a JWT (RFC 7519 §5.1; RFC 9068 §2.1), which keeps one kind from being mistaken for another. */
export type JwtType = 'JWT' | 'at+jwt';

export interface SigningKeys {
  /** The algorithms that `sign` accepts. Includes RS256 (OpenID Connect Core §15.1). */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Publishes a key for the algorithm, so that clients can fetch it before it signs anything. */
  prepare(alg: SigningAlgorithm): Promise<void>;
  /** Returns a compact JWS (RFC 7515 §3.1) over the claims. */
  sign(claims: JsonObject, alg: SigningAlgorithm, typ: JwtType): Promise<string>;
  /** Every public key that verifies the server's signatures, newest first. Keys that do not sign yet come last. */
  publicKeys(): Promise<readonly Jwk[]>;
}
