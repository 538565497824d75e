// A key of the admin API, as stores keep it.
import type { AdminScope } from './admin-scope.ts';
import type { Hashed } from './hashed.ts';
import { type EpochSeconds, isPast } from './time.ts';

export interface AdminKey {
  /** Also part of the key's text, so it is public. */
  readonly id: string;
  /** Hash of the whole key text. */
  readonly hash: Hashed;
  /** A note for people: who uses the key, and what for. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
  readonly createdAt: EpochSeconds;
  /** The key is refused from this second on. null: it never expires. */
  readonly expiresAt: EpochSeconds | null;
}

export const hasExpired = ({ expiresAt }: AdminKey, now: EpochSeconds): boolean =>
  expiresAt !== null && isPast(expiresAt, now);
