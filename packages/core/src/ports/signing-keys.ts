// The server's own keys. The default keeps them sealed in the key store; a key management service can take its place.
import type { JsonObject } from '../domain/json.ts';
import type { Jwk } from '../domain/jwk.ts';

export interface SigningKeys {
  /** A compact JWS (RFC 7515 §3.1) over the claims, by the newest key for `alg`. */
  sign(claims: JsonObject, alg: string): Promise<string>;
  /** Every public key that a signature may still be checked with, newest first. */
  publicKeys(): Promise<readonly Jwk[]>;
}
