// What the matrix of clients asks of a client library, so that two of them can be held against the server alike.
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

/** What the client keeps of its request. */
export interface Checks {
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly state: string;
}

/** What the library got out of an authorization response, the code redeemed. undefined for what was not there. */
export interface Outcome {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** From the ID token, whose signature the library has checked. */
  readonly subject?: string | undefined;
}

export interface LibraryClient {
  /** Where the person is sent, and what the answer is checked with. */
  begin(parameters: Readonly<Record<string, string>>): Promise<{ readonly url: URL; readonly checks: Checks }>;
  /** Rejects where the library finds fault. */
  finish(responseType: string, arrival: Arrival, checks: Checks): Promise<Outcome>;
  refresh(refreshToken: string): Promise<Outcome>;
  clientCredentials(): Promise<string>;
  /** Whether it is active. */
  introspect(token: string): Promise<boolean>;
  revoke(token: string): Promise<void>;
  /** The subject. */
  userinfo(accessToken: string, subject: string): Promise<string>;
}

export interface ClientLibrary {
  readonly name: string;
  /** By response type, the modes in which the library can read the answer; what is not there it cannot do. */
  readonly reads: Readonly<Record<string, readonly Arrival['mode'][]>>;
  connect(issuer: URL, account: ClientAccount): Promise<LibraryClient>;
}

/** As the client's web server would hand a posted answer to the library. */
export const postedRequest = ({ url, parameters }: Arrival): Request =>
  new Request(url, { method: 'POST', body: new URLSearchParams(parameters) });
