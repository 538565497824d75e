// The text of an admin key: `clv_ak_<id>.<secret>`. Secret scanners recognise the beginning. The id says which key a leaked
// text belongs to, and 256 random bits protect it. Stores get only the hash of the whole text.
import { asHashed, type Hashed } from '../../domain/hashed.ts';
import type { System } from '../../ports/system.ts';
import { idBytes } from '../opaque-handle.ts';

const shape = /^clv_ak_([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;

export interface MintedAdminKey {
  readonly id: string;
  /** For the caller; never stored. */
  readonly text: string;
  readonly hash: Hashed;
}

export const mintAdminKey = ({ digest, random }: Pick<System, 'digest' | 'random'>): MintedAdminKey => {
  const id = random.base64url(idBytes);
  const text = `clv_ak_${id}.${random.base64url(32)}`;
  return { id, text, hash: asHashed(digest.sha256(text)) };
};

/** undefined when the text cannot be a key of any server. */
export const adminKeyIdOf = (text: string): string | undefined => shape.exec(text)?.[1];
