// The default SigningKeys: sealed key pairs in the key store, in the set `hydra.openid.id-token` (2018 API). For each
// algorithm the newest key whose signing time has begun signs. Every public key of the set is published. A key is made
// when its algorithm is first needed; RS256 is always needed.
import type { JsonObject } from '../../domain/json.ts';
import type { Jwk } from '../../domain/jwk.ts';
import { type SigningAlgorithm, signingAlgorithms } from '../../domain/server-signing-algorithms.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { JwtType, SigningKeys } from '../../ports/signing-keys.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { encodeJws } from './encode-jws.ts';
import { makeEnsureKeys } from './ensure-keys.ts';
import { KeyRing, type RingKey } from './key-ring.ts';
import { resealReadKeys } from './reseal.ts';

interface Deps {
  readonly keys: KeyStore;
  readonly events: EventSink | null;
  readonly leases: LeaseStore;
  readonly system: System;
  readonly settings: Pick<Settings, 'idTokenSigningAlg' | 'accessTokenSigningAlg'>;
}

export interface SigningKeyInUse {
  readonly alg: SigningAlgorithm;
  /** When it began to sign. */
  readonly signsFrom: EpochSeconds;
}

/** Another node can change the keys, so what was read from the store is used for one second. */
export class StoredSigningKeys implements SigningKeys {
  readonly algorithms = signingAlgorithms;
  readonly #deps: Deps;
  readonly #makeMissingKeys: ReturnType<typeof makeEnsureKeys>;
  /** Algorithms that these settings need, regardless of the clients. */
  readonly #always: readonly SigningAlgorithm[];
  #held: { readonly at: EpochSeconds; readonly ring: Promise<KeyRing> } | null = null;
  #latest: KeyRing | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#makeMissingKeys = makeEnsureKeys(deps);
    const { idTokenSigningAlg, accessTokenSigningAlg } = deps.settings;
    // OpenID Connect Core §15.1: every client supports RS256.
    this.#always = [...new Set<SigningAlgorithm>(['RS256', idTokenSigningAlg, accessTokenSigningAlg ?? 'RS256'])];
  }

  async prepare(alg: SigningAlgorithm): Promise<void> {
    await this.#signer(alg);
  }

  async sign(claims: JsonObject, alg: SigningAlgorithm, typ: JwtType): Promise<string> {
    const key = await this.#signer(alg);
    const { keyOperations } = this.#deps.system;
    return encodeJws(key.header(alg, typ), claims, (input) => keyOperations.sign(alg, key.jwk, input));
  }

  async publicKeys(): Promise<readonly Jwk[]> {
    return (await this.#current()).published;
  }

  /** The key that signs now, for each algorithm that has one. Rejects with StoreUnavailable. */
  async inUse(): Promise<readonly SigningKeyInUse[]> {
    const ring = await this.#current();
    const now = this.#deps.system.clock.now();
    return signingAlgorithms.flatMap((alg) => {
      const key = ring.signer(alg, now);
      return key ? [{ alg, signsFrom: key.signsFrom }] : [];
    });
  }

  /** Forgets the keys in memory, so that a key that was just added signs immediately. */
  refresh(): void {
    this.#held = null;
  }

  async #signer(alg: SigningAlgorithm): Promise<RingKey> {
    const now = this.#deps.system.clock.now();
    const held = (await this.#current()).signer(alg, now);
    if (held) return held;
    await this.#makeMissingKeys([alg]);
    this.refresh();
    const made = (await this.#current()).signer(alg, now);
    if (!made) throw oauthError('server_error', `The server has no signing key for ${alg}.`);
    return made;
  }

  #current(): Promise<KeyRing> {
    const now = this.#deps.system.clock.now();
    if (this.#held?.at === now) return this.#held.ring;
    const held = { at: now, ring: this.#load(now) };
    this.#held = held;
    // A failure is forgotten, so the next caller tries again.
    held.ring.catch(() => {
      if (this.#held === held) this.#held = null;
    });
    return held.ring;
  }

  async #load(now: EpochSeconds): Promise<KeyRing> {
    const ring = await this.#read(now);
    const missing = this.#always.filter((alg) => !ring.signer(alg, now));
    if (missing.length === 0) return ring;
    await this.#makeMissingKeys(missing);
    return this.#read(now);
  }

  async #read(now: EpochSeconds): Promise<KeyRing> {
    const { keys, system } = this.#deps;
    const stored = await keys.list(signingKeySet);
    const isFirst = this.#latest === null;
    const ring = new KeyRing(system.cipher, stored, now, this.#latest);
    this.#latest = ring;
    // Once in each process: nodes whose newest system secrets differ would otherwise reseal each other's keys forever.
    // A store that cannot be written to still serves its keys, and `claviger reseal` reports the failure.
    if (isFirst) await resealReadKeys({ keys, cipher: system.cipher }, stored).catch(() => undefined);
    return ring;
  }
}
