// What core needs from the machine it runs on. runtime/node.ts implements all of it on Node.js.
import type { Jwk } from '../domain/jwk.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { RemoteDocuments } from './remote-documents.ts';

export interface Clock {
  now(): EpochSeconds;
  /** The same moment in milliseconds since 1970. Only used to order ids. Default: the full second. */
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
  /** Compares in constant time. Texts of different lengths are not equal. */
  equal(a: string, b: string): boolean;
}

/** The kind of value that a MAC authenticates. A MAC made for one purpose is never valid for another. */
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
  | 'registration-token'
  | 'subject-fingerprint'
  | 'audit-event'
  | 'audit-anchor'
  | 'audit-checkpoint';

/** Message authentication codes under the system secret. */
export interface Mac {
  /** HMAC-SHA-256, base64url without padding (43 characters). */
  sign(purpose: MacPurpose, text: string): string;
  /** Compares in constant time. Also accepts MACs made with earlier system secrets that are still configured. */
  verify(purpose: MacPurpose, text: string, mac: string): boolean;
  /** Public names of the keys, the one that signs first. A name says nothing about its key. */
  keyIds(purpose: MacPurpose): readonly string[];
}

/** The origin of a slow hash. Turns are shared fairly among addresses, and among the clients of each address. */
export interface Lane {
  readonly clientId: string;
  /** The address of the peer or of its network; '' if unknown. */
  readonly address: string;
}

/** Hashes of client secrets. Each hash names its method, so the method can change later. */
export interface SecretHasher {
  /** For a secret that the server generated (256 random bits). One fast hash is enough. */
  hashGenerated(secret: string): string;
  /**
   * For a secret that a person may have chosen. Slow by design, off the event loop. Waits for its turn without limit.
   */
  hashChosen(secret: string): Promise<string>;
  /**
   * Checks the secret without a slow hash, in constant time. `outdated`: the secret is right, but was recognised with
   * an earlier system secret. `unknown`: only a slow hash can decide.
   */
  recognise(secret: string, hash: string): 'right' | 'outdated' | 'wrong' | 'unknown';
  /** Computes a slow hash if needed. Rejects with temporarily_unavailable if too many callers wait in this lane. */
  verify(secret: string, hash: string, lane?: Lane): Promise<boolean>;
  /**
   * Returns the hash to store instead. `secret` must be right. `recognise` then finds it with the current system
   * secret.
   */
  renew(secret: string, hash: string): string;
}

/** Authenticated encryption of values at rest. */
export interface Cipher {
  /** Encrypts under the system secret. `open` needs the same `context`. */
  seal(plaintext: string, context: string): string;
  /** Throws if the value was sealed under another secret or context, or was modified. */
  open(sealed: string, context: string): string;
  /** Returns the value sealed under the newest system secret, or null if it already is. Throws like `open`. */
  reseal(sealed: string, context: string): string | null;
  /** Encrypts under a key derived from `secret`, which is not stored. */
  sealUnder(secret: string, plaintext: string): string;
  openUnder(secret: string, sealed: string): string;
}

/** JSON Web Signature algorithms that keys can be made for. */
export type KeyAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES512' | 'EdDSA' | 'HS256' | 'HS512';

/** Makes keys and signs with them. */
export interface KeyOperations {
  /** Returns a private JWK (a secret one for HS…) without `kid` and `use`. `rsaBits` applies to RSA only. */
  generate(alg: KeyAlgorithm, rsaBits: number): Promise<Jwk>;
  /** Signs ASCII text with the private JWK. Returns the signature in JWS form, base64url (RFC 7515 §5.1). */
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
