// The signing set, cached by one node for a second: opened keys, ready to sign.
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import { type ScheduledKey, signerFor } from '../../domain/key-schedule.ts';
import type { SigningAlgorithm } from '../../domain/server-signing-algorithms.ts';
import type { StoredKey } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { JwtType } from '../../ports/signing-keys.ts';
import type { Cipher } from '../../ports/system.ts';
import { encodePart } from './encode-jws.ts';
import { openScheduledKey } from './sealed-key.ts';

const privatePrefix = 'private:';
const publicPrefix = 'public:';

export const halvesOf = (name: string) => ({ public: `${publicPrefix}${name}`, private: `${privatePrefix}${name}` });

/** One half of a pair. It stays the same object while it does not change, so that it is opened and imported once. */
export class RingKey implements ScheduledKey {
  readonly kid: string;
  readonly name: string;
  readonly jwk: Jwk;
  readonly signsFrom: EpochSeconds;
  readonly #headers = new Map<string, string>();

  constructor(kid: string, jwk: Jwk, signsFrom: EpochSeconds) {
    this.kid = kid;
    this.name = kid.slice(kid.indexOf(':') + 1);
    this.jwk = kid.startsWith(publicPrefix) ? publicPart(jwk) : jwk;
    this.signsFrom = signsFrom;
  }

  /** The encoded header of what it signs; `kid` is that of the public half, which verifies. */
  header(alg: SigningAlgorithm, typ: JwtType): string {
    const what = `${alg} ${typ}`;
    let header = this.#headers.get(what);
    if (header === undefined) {
      header = encodePart({ alg, kid: halvesOf(this.name).public, typ });
      this.#headers.set(what, header);
    }
    return header;
  }
}

export class KeyRing {
  /** Private halves, newest first. */
  readonly signing: readonly RingKey[];
  /** The same array as long as its keys do not change, so that derived values can be cached by it. */
  readonly published: readonly Jwk[];
  /** Keys by the stored text: the same text is the same key. */
  readonly bySealed: ReadonlyMap<string, RingKey>;

  /** Reuses the keys that an `earlier` ring has opened. */
  constructor(cipher: Cipher, stored: readonly StoredKey[], now: EpochSeconds, earlier: KeyRing | null) {
    this.bySealed = new Map(
      stored.map((key) => [key.sealedJwk, earlier?.bySealed.get(key.sealedJwk) ?? openRingKey(cipher, key)]),
    );
    const keys = [...this.bySealed.values()];
    this.signing = keys.filter(({ kid }) => kid.startsWith(privatePrefix));
    const verifying = keys.filter(({ kid }) => kid.startsWith(publicPrefix));
    // Some clients use the first key they find, so a key that does not sign yet must not be first.
    const published = [
      ...verifying.filter(({ signsFrom }) => signsFrom <= now),
      ...verifying.filter(({ signsFrom }) => signsFrom > now),
    ].map(({ jwk }) => jwk);
    this.published = earlier && isSame(published, earlier.published) ? earlier.published : published;
  }

  signer(alg: SigningAlgorithm, now: EpochSeconds): RingKey | undefined {
    return signerFor(this.signing, alg, now);
  }
}

const openRingKey = (cipher: Cipher, stored: StoredKey): RingKey => {
  const { jwk, signsFrom } = openScheduledKey(cipher, stored);
  return new RingKey(stored.kid, jwk, signsFrom);
};

const isSame = (one: readonly Jwk[], other: readonly Jwk[]): boolean =>
  one.length === other.length && one.every((jwk, place) => jwk === other[place]);
