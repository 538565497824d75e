// Opaque codes and tokens: `clv_<kind>_<grant id><secret>.<MAC>`. The prefix is for secret scanners; the MAC is checked
// before any look-up (RFC 6749 §10.10: guessing must be hopeless); the store gets only the hash of the whole.
import { asHashed } from '../../domain/hashed.ts';
import type { TokenKey } from '../../domain/token.ts';
import type { MacPurpose, System } from '../../ports/system.ts';

export type OpaqueKind = 'authorization-code' | 'access-token' | 'refresh-token';

const prefixes = {
  'authorization-code': 'clv_ac_',
  'access-token': 'clv_at_',
  'refresh-token': 'clv_rt_',
} as const satisfies Record<OpaqueKind & MacPurpose, string>;

const kinds = new Map(Object.entries(prefixes).map(([kind, prefix]) => [prefix as string, kind as OpaqueKind]));
const shape = /^((clv_(?:ac|at|rt)_)([A-Za-z0-9_-]{22})[A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export interface MintedToken {
  /** For the client; never stored. */
  readonly secret: string;
  readonly key: TokenKey;
}

type Deps = Pick<System, 'digest' | 'mac' | 'random'>;

/** A new code or token of the grant. A token without a grant gets a new id. */
export const mintToken = ({ digest, mac, random }: Deps, kind: OpaqueKind, grantId: string): MintedToken => {
  const body = `${prefixes[kind]}${grantId}${random.base64url(32)}`;
  const secret = `${body}.${mac.sign(kind, body)}`;
  return { secret, key: { grantId, hash: asHashed(digest.sha256(secret)) } };
};

/** Undefined for anything that this server did not make. */
export const readToken = ({ digest, mac }: Deps, token: string): { kind: OpaqueKind; key: TokenKey } | undefined => {
  const [, body = '', prefix = '', grantId = '', given = ''] = shape.exec(token) ?? [];
  const kind = kinds.get(prefix);
  if (kind === undefined || !mac.verify(kind, body, given)) return undefined;
  return { kind, key: { grantId, hash: asHashed(digest.sha256(token)) } };
};
