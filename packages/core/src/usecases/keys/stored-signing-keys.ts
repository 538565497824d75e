// The default SigningKeys: key pairs in the key store, sealed, in the set `hydra.openid.id-token` (2018 API). The newest
// private key of an algorithm signs; every public key of the set is published.
import { type Jwk, publicPart } from '../../domain/jwk.ts';
import { type StoredKey, signingKeySet } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { System } from '../../ports/system.ts';
import { encodeJws } from './encode-jws.ts';
import { makeKeyPair } from './make-key-pair.ts';
import { openKey, sealKey } from './sealed-key.ts';

interface KeyRing {
  readonly private: readonly Jwk[];
  readonly public: readonly Jwk[];
  readonly loadedAt: EpochSeconds;
}

/** RFC 7518 §3.3 asks for 2048 bits at least. */
const rsaBits = 2048;

/** The same keys seen a second later may have been changed by another node: a ring is used for one second. */
export class StoredSigningKeys implements SigningKeys {
  readonly #keys: KeyStore;
  readonly #system: System;
  /** By sealed text, so that an unchanged key stays the same object, and is imported and unsealed only once. */
  readonly #opened = new Map<string, Jwk>();
  #ring: Promise<KeyRing> | null = null;

  constructor({ keys, system }: { readonly keys: KeyStore; readonly system: System }) {
    this.#keys = keys;
    this.#system = system;
  }

  async sign(claims: Parameters<SigningKeys['sign']>[0], alg: string): Promise<string> {
    const { private: candidates } = await this.#current();
    const key = candidates.find((jwk) => suits(jwk, alg));
    if (!key) throw oauthError('server_error', `There is no key that signs ${alg}.`);
    const header = { alg, kid: (key.kid ?? '').replace(/^private:/, 'public:'), typ: 'JWT' };
    return encodeJws(header, claims, (input) => this.#system.keyOperations.sign(alg, key, input));
  }

  async publicKeys(): Promise<readonly Jwk[]> {
    return (await this.#current()).public;
  }

  async #current(): Promise<KeyRing> {
    const now = this.#system.clock.now();
    const ring = await this.#ring?.catch(() => null);
    if (ring && ring.loadedAt === now) return ring;
    this.#ring = this.#load(now);
    return this.#ring;
  }

  /** Forgets what is held in memory, so that a key added just now signs at once. */
  refresh(): void {
    this.#ring = null;
  }

  async #load(now: EpochSeconds): Promise<KeyRing> {
    let stored = await this.#keys.list(signingKeySet);
    if (stored.length === 0) {
      await this.#createFirst(now);
      stored = await this.#keys.list(signingKeySet);
    }
    const open = stored.map((key) => this.#open(key));
    return {
      private: open.filter((jwk) => jwk.kid?.startsWith('private:')),
      public: open.filter((jwk) => jwk.kid?.startsWith('public:')).map(publicPart),
      loadedAt: now,
    };
  }

  /** Of several nodes that start on an empty store, one creates the keys; the others use them. */
  async #createFirst(now: EpochSeconds): Promise<void> {
    const pair = await makeKeyPair(this.#system, { alg: 'RS256', kid: '', use: 'sig', rsaBits });
    const sealed = pair.map((jwk) => sealKey(this.#system.cipher, signingKeySet, jwk, now));
    await this.#keys.createSet(signingKeySet, sealed);
  }

  #open(stored: StoredKey): Jwk {
    let jwk = this.#opened.get(stored.sealedJwk);
    if (!jwk) {
      jwk = openKey(this.#system.cipher, stored);
      this.#opened.set(stored.sealedJwk, jwk);
    }
    return jwk;
  }
}

/** Key type and curve (RFC 7518 §3.1, RFC 8037 §3.1). */
const keyTypes: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

const suits = (jwk: Jwk, alg: string): boolean => {
  const type = keyTypes[alg];
  return jwk.kty === type?.kty && jwk.crv === type.crv && (jwk.alg === undefined || jwk.alg === alg);
};
