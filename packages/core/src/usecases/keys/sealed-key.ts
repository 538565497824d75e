// Converts between a JSON Web Key and its stored form, and decides which members may be shown.
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import { type StoredKey, sealingContext, signingKeySet } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { Cipher } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import type { NamedKey } from './make-key-pair.ts';

/** A key that is published before it signs. */
interface WaitingKey {
  readonly jwk: Jwk;
  readonly signsFrom: EpochSeconds;
}

interface Sealing {
  readonly set: string;
  readonly createdAt: EpochSeconds;
  /** Left out for a key that may be used from the start. */
  readonly signsFrom?: EpochSeconds;
}

export const sealKey = (cipher: Cipher, jwk: NamedKey, { set, createdAt, signsFrom }: Sealing): StoredKey => ({
  set,
  kid: jwk.kid,
  sealedJwk: cipher.seal(
    JSON.stringify(signsFrom === undefined ? jwk : ({ jwk, signsFrom } satisfies WaitingKey)),
    sealingContext(set, jwk.kid),
  ),
  createdAt,
});

/** The time from which it signs is stored next to the key, not in it, so that it is never published or shown. */
export const openScheduledKey = (cipher: Cipher, { set, kid, sealedJwk, createdAt }: StoredKey): WaitingKey => {
  const opened: Jwk | WaitingKey = JSON.parse(cipher.open(sealedJwk, sealingContext(set, kid)));
  return isWaiting(opened) ? opened : { jwk: opened, signsFrom: createdAt };
};

/** Every JWK has `kty` (RFC 7517 §4.1). */
const isWaiting = (opened: Jwk | WaitingKey): opened is WaitingKey => !('kty' in opened);

export const openKey = (cipher: Cipher, stored: StoredKey): Jwk => openScheduledKey(cipher, stored).jwk;

export type ShowKey = (set: string, jwk: Jwk) => Jwk;

/** The holder of a signing key can impersonate anyone to every client, so not even administrators get to see it. */
export const makeShowKey =
  ({ showSigningKeys }: Pick<Settings, 'showSigningKeys'>): ShowKey =>
  (set, jwk) =>
    set === signingKeySet && !showSigningKeys ? publicPart(jwk) : jwk;
