// JSON Web Keys (RFC 7517), in requests and in storage.
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

/**
 * Members that make a key private or secret (RFC 7518 §6.2.2, §6.3.2, §6.4; `priv` of post-quantum keys, RFC 9964 §3).
 */
const secretMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']);

export const isPrivate = (jwk: Jwk): boolean => Object.keys(jwk).some((member) => secretMembers.has(member));

export const publicPart = (jwk: Jwk): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([member]) => !secretMembers.has(member))) as Jwk;

/** The required members of each key type (RFC 7518 §6.2.1, §6.3.1, §6.4.1; RFC 8037 §2). */
const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};

const textMembers = ['kid', 'use', 'alg', 'crv'];
const binaryMembers = ['n', 'e', 'x', 'y', ...secretMembers].filter((member) => member !== 'oth');

/** base64url without padding (RFC 7515 §2); some producers of 2018 padded. */
const base64url = /^[A-Za-z0-9_-]+={0,2}$/;

/** RFC 7517 §5: keys of other types SHOULD be ignored, so that a set can hold what only newer software understands. */
export const isOfKnownType = ({ kty }: Jwk): boolean => Object.hasOwn(requiredMembers, kty);

const verifyingCurves = new Map<string, readonly unknown[]>([
  ['EC', ['P-256', 'P-384', 'P-521']],
  ['OKP', ['Ed25519']],
]);

/** Whether signatures by one of `algorithms` could be checked with the key (RFC 7517 §4.2 to §4.4). */
export const canVerify = (jwk: Jwk, algorithms: readonly string[]): boolean => {
  const { kty, crv, use = 'sig', alg, key_ops: operations = ['verify'] } = jwk;
  const hasCurve = kty === 'RSA' || verifyingCurves.get(kty)?.includes(crv) === true;
  return (
    hasCurve &&
    use === 'sig' &&
    (alg === undefined || algorithms.includes(alg)) &&
    Array.isArray(operations) &&
    operations.includes('verify')
  );
};

/** The name of the missing or invalid member. Undefined if the key is valid. */
export const faultyMember = (jwk: Jwk): string | undefined => {
  const required = Object.hasOwn(requiredMembers, jwk.kty) ? requiredMembers[jwk.kty] : undefined;
  if (!required) return 'kty';
  return (
    required.find((member) => !jwk[member]) ??
    textMembers.find((member) => jwk[member] !== undefined && typeof jwk[member] !== 'string') ??
    binaryMembers.find((member) => {
      const value = jwk[member];
      return value !== undefined && !(typeof value === 'string' && base64url.test(value));
    })
  );
};
