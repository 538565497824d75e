// What core needs from the machine it runs on. runtime/node.ts implements all of it on Node.js.
import type { Jwk } from '../domain/jwk.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { RemoteDocuments } from './remote-documents.ts';

export interface Clock {
  now(): EpochSeconds;
  /** The same moment in milliseconds since 1970, for nothing but the order of ids. Default: the full second. */
  milliseconds?(): number;
}

export interface Random {
  /** `bytes` random bytes, base64url without padding. */
  base64url(bytes: number): string;
  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string;
}

export interface Digest {
  /** SHA-256 of the UTF-8 text, lower-case hexadecimal. */
  sha256Hex(text: string): string;
  /** SHA-256 of the UTF-8 text, base64url without padding (43 characters). */
  sha256(text: string): string;
  /** The left half of a SHA-2 hash, base64url (OpenID Connect Core §3.1.3.6, `at_hash`). */
  leftHalf(bits: 256 | 384 | 512, text: string): string;
  /** Compares in constant time; texts of different length are different. */
  equal(a: string, b: string): boolean;
}

/** What a MAC vouches for. One purpose's MAC is never valid for another. */
export type MacPurpose =
  | 'access-token'
  | 'refresh-token'
  | 'authorization-code'
  | 'login-challenge'
  | 'login-verifier'
  | 'consent-challenge'
  | 'consent-verifier'
  | 'browser-cookie'
  | 'session-cookie'
  | 'registration-token';

/** Message authentication codes under the system secret. */
export interface Mac {
  /** HMAC-SHA-256, base64url without padding (43 characters). */
  sign(purpose: MacPurpose, text: string): string;
  /** In constant time. Also true for MACs under earlier system secrets that are still accepted. */
  verify(purpose: MacPurpose, text: string, mac: string): boolean;
}

/** For whom a slow hash is computed. Turns are shared fairly among addresses, and among the clients of an address. */
export interface Lane {
  readonly clientId: string;
  /** Of the peer, or of its network; '' when unknown. */
  readonly address: string;
}

/** Hashes of client secrets. The result names its own method, so methods can change. */
export interface SecretHasher {
  /** For a secret that the server drew itself (256 random bits): one fast hash is enough. */
  hashDrawn(secret: string): string;
  /** For a secret that a person may have chosen: slow on purpose, off the event loop. Waits for its turn, however long. */
  hashChosen(secret: string): Promise<string>;
  /**
   * What can be said without a slow hash, in constant time. `outdated`: it is right, but was recognised under an earlier
   * system secret. `unknown`: only a slow hash can tell.
   */
  recognise(secret: string, hash: string): 'right' | 'outdated' | 'wrong' | 'unknown';
  /** Computes a slow hash where it must. Rejects with temporarily_unavailable when too many wait in this lane. */
  verify(secret: string, hash: string, lane?: Lane): Promise<boolean>;
  /** For the right secret: the hash to store instead, recognised under the current system secret from now on. */
  renew(secret: string, hash: string): string;
}

/** Authenticated encryption of values at rest. */
export interface Cipher {
  /** Seals under the system secret. `context` must be given again to open. */
  seal(plaintext: string, context: string): string;
  /** Throws when it was sealed under another secret or context, or was changed. */
  open(sealed: string, context: string): string;
  /** The same value sealed under the newest system secret; null when it is already. Throws as `open`. */
  reseal(sealed: string, context: string): string | null;
  /** Seals under a key derived from `secret`, which is not kept. */
  sealUnder(secret: string, plaintext: string): string;
  openUnder(secret: string, sealed: string): string;
}

/** JSON Web Signature algorithms that keys can be made for. */
export type KeyAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES512' | 'EdDSA' | 'HS256' | 'HS512';

/** Making keys and signing with them. */
export interface KeyOperations {
  /** A private JWK (or a secret one for HS…), without `kid` and `use`. `rsaBits` counts for RSA only. */
  generate(alg: KeyAlgorithm, rsaBits: number): Promise<Jwk>;
  /** Signs ASCII text with the private JWK; the signature as JWS wants it, base64url (RFC 7515 §5.1). */
  sign(alg: string, privateJwk: Jwk, input: string): Promise<string>;
}

export interface System {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly mac: Mac;
  readonly secretHasher: SecretHasher;
  readonly cipher: Cipher;
  readonly keyOperations: KeyOperations;
  readonly remoteDocuments: RemoteDocuments;
}
