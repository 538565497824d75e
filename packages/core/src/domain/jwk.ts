// JSON Web Keys (RFC 7517) as they travel and as they are kept.
import type { JsonObject } from './json.ts';

/** RFC 7517 §4, with the members that RFC 7518 §6 defines for the key types this server knows. */
export interface Jwk extends JsonObject {
  readonly kty: string;
  readonly kid?: string;
  readonly use?: string;
  readonly alg?: string;
}

/** RFC 7517 §5. */
export interface JwkSet {
  readonly keys: readonly Jwk[];
}

/** Members that make a key private or secret (RFC 7518 §6.2.2, §6.3.2, §6.4). */
const secretMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

export const isSecretKey = (jwk: Jwk): boolean => Object.keys(jwk).some((member) => secretMembers.has(member));

export const publicPart = (jwk: Jwk): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([member]) => !secretMembers.has(member))) as Jwk;
