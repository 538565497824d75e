// What the matrix of clients needs from a client library, so that two libraries can be tested in the same way.
import type { CryptoKey } from 'jose';
import type { Arrival } from './person.ts';
import type { RegisteredClient } from './raw-client.ts';

export const authMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const;

export type AuthMethod = (typeof authMethods)[number];

export interface ClientAccount extends RegisteredClient {
  readonly method: AuthMethod;
  /** For private_key_jwt. */
  readonly key: { readonly key: CryptoKey; readonly kid: string };
}

/** The parts of the request that the client keeps. */
export interface Checks {
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly state: string;
}

/** What the library read from an authorization response, including the tokens for its code. Missing members are undefined. */
export interface Outcome {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** Claims of the ID token, whose signature the library has checked. */
  readonly subject?: string | undefined;
}

export interface LibraryClient {
  /** The authorization URL, and the values for checking the answer. */
  begin(parameters: Readonly<Record<string, string>>): Promise<{ readonly url: URL; readonly checks: Checks }>;
  /** Rejects if the library reports an error. */
  finish(responseType: string, arrival: Arrival, checks: Checks): Promise<Outcome>;
  refresh(refreshToken: string): Promise<Outcome>;
  clientCredentials(): Promise<string>;
  /** Whether the token is active. */
  introspect(token: string): Promise<boolean>;
  revoke(token: string): Promise<void>;
  /** The subject. */
  userinfo(accessToken: string, subject: string): Promise<string>;
}

export interface ClientLibrary {
  readonly name: string;
  /** By response type, the modes in which the library can read the answer. */
  readonly reads: Readonly<Record<string, readonly Arrival['mode'][]>>;
  connect(issuer: URL, account: ClientAccount): Promise<LibraryClient>;
}

/** A posted answer, as the web server of the client passes it to the library. */
export const postedRequest = ({ url, parameters }: Arrival): Request =>
  new Request(url, { method: 'POST', body: new URLSearchParams(parameters) });
