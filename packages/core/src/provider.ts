// What createProvider returns: everything a face (HTTP, command line, your own service) can ask of the core.
import type { Client, ClientMetadata } from './domain/client.ts';
import type { Consent } from './domain/consent.ts';
import type { Flow, Rejection } from './domain/flow.ts';
import type { GrantSession } from './domain/grant.ts';
import type { Jwk } from './domain/jwk.ts';
import type { SelfRegisteredMetadata } from './domain/self-registration.ts';
import type { EpochSeconds, Seconds } from './domain/time.ts';
import type { OAuthError } from './errors/oauth-error.ts';
import type { Page } from './ports/paging.ts';
import type { KeyAlgorithm } from './ports/system.ts';
import type { Endpoint, WireReply } from './protocol/wire.ts';
import type { PendingFlowCounts } from './usecases/authorize/pending-flows.ts';

export interface Provider {
  /** Used exactly as configured. */
  readonly issuer: string;
  readonly endpoints: Endpoints;
  /** What the authorization endpoint answers to a request that a face refused before the endpoint saw it. */
  readonly errorPage: (error: OAuthError) => WireReply;
  readonly admin: AdminUseCases;
  /** For faces of your own; `endpoints` serves the same over HTTP. null: clients cannot register themselves. */
  readonly registration: RegistrationUseCases | null;
}

/** The endpoints for clients and browsers. `paths` says where each one is served: discovery announces those paths. */
export interface Endpoints {
  /** RFC 6749 §3.1. GET and POST. */
  readonly authorize: Endpoint;
  /** RFC 6749 §3.2. POST. */
  readonly token: Endpoint;
  /** RFC 7009 §2. POST. */
  readonly revoke: Endpoint;
  /** RFC 7662 §2. POST. For the admin listener: it asks for no authentication, as in the 2018 API. */
  readonly introspect: Endpoint;
  /** RFC 7662 §2. POST. For the public listener: a confidential client asks about its own tokens, or those meant for it. */
  readonly introspectAsClient: Endpoint;
  /** OpenID Connect Core §5.3. GET and POST. */
  readonly userinfo: Endpoint;
  /** RFC 7591 §3. POST, with JSON. null: clients cannot register themselves. */
  readonly register: Endpoint | null;
  /** RFC 7592 §2. GET, PUT (with JSON) and DELETE, one path segment below registration. null: as above. */
  readonly clientConfiguration: Endpoint | null;
  /** OpenID Connect Discovery §4. GET. */
  readonly discovery: Endpoint;
  /** RFC 7517 §5. GET. */
  readonly jwks: Endpoint;
  /** Ends the browser's remembered login (2018 API). GET. */
  readonly logout: Endpoint;
  /** Pages for a login, consent, error or logout URL that is not configured. GET. */
  readonly consentFallback: Endpoint;
  readonly errorFallback: Endpoint;
  readonly logoutFallback: Endpoint;
}

/**
 * What administrators and login and consent apps may do. Results are values; OAuthError is thrown only for input that
 * no state could make right (invalid_request, with a hint that names the member).
 */
export interface AdminUseCases {
  createClient(command: CreateClient): Promise<CreateClientResult>;
  getClient(id: string): Promise<Client | undefined>;
  listClients(page: Page): Promise<readonly Client[]>;
  updateClient(command: UpdateClient): Promise<UpdateClientResult>;
  /** Ends the client's grants, consents and flows too. May be repeated. Whether there was such a client. */
  deleteClient(id: string): Promise<boolean>;

  getLoginRequest(challenge: string): Promise<PendingRequest | undefined>;
  acceptLogin(command: AcceptLogin): Promise<AnswerResult>;
  rejectLogin(command: Reject): Promise<AnswerResult>;
  getConsentRequest(challenge: string): Promise<PendingRequest | undefined>;
  acceptConsent(command: AcceptConsent): Promise<AnswerResult>;
  rejectConsent(command: Reject): Promise<AnswerResult>;

  /** Remembered consents of a subject, newest first, each with its client. */
  listConsents(subject: string, page: Page): Promise<readonly ListedConsent[]>;
  /** Ends the subject's grants, flows and remembered consents, for one client or for all. Returns how many there were. */
  revokeConsents(of: { readonly subject: string; readonly clientId?: string }): Promise<number>;
  /** Ends the subject's remembered logins in every browser. Returns how many there were. */
  revokeLoginSessions(subject: string): Promise<number>;
  /** Removes expired codes and tokens that were issued before `issuedBefore` (null: now). Returns how many rows went. */
  flush(issuedBefore: EpochSeconds | null): Promise<number>;
  /** One batch of everything that has expired, if it is this node's turn. Call it again while a figure reaches `limit`. */
  cleanExpired(command: CleanExpired): Promise<CleanResult>;

  /** Rotates the signing keys as far as it is due, if it is this node's turn. Call it every now and then. */
  rotateKeys(command: RotateKeys): Promise<RotateKeysResult>;

  /** Seals stored keys and client secrets with the newest system secret, where they are not. May be repeated at any time. */
  reseal(): Promise<ResealResult>;
  /** Makes the signing keys that a server of these settings needs, where they are missing; else the first answer waits. */
  makeSigningKeys(): Promise<void>;

  createKeys(command: CreateKeys): Promise<KeysResult>;
  /** Newest first. Empty when there is no such set. */
  getKeySet(set: string): Promise<readonly Jwk[]>;
  addKeys(set: string, keys: readonly Jwk[]): Promise<KeysResult>;
  deleteKeySet(set: string): Promise<number>;
  getKey(set: string, kid: string): Promise<Jwk | undefined>;
  /** Saves the key under its own `kid`, replacing one that has it. */
  putKey(set: string, key: Jwk): Promise<Jwk>;
  deleteKey(set: string, kid: string): Promise<boolean>;

  /** Exchanges with the other processes how many flows are pending. To be called about once a second; else each counts alone. */
  sharePendingFlows(): Promise<void>;
  countPendingFlows(): PendingFlowCounts;

  /** The ports whose store does not answer; empty when all is well. */
  checkStores(): Promise<readonly StoreFailure[]>;
}

/**
 * What clients may do about their own registration (RFC 7591, RFC 7592). OAuthError: invalid_token, invalid_redirect_uri,
 * invalid_client_metadata, with a hint that names the member.
 */
export interface RegistrationUseCases {
  register(command: RegisterClient): Promise<RegisteredClient>;
  read(access: RegistrationAccess): Promise<RegisteredClient>;
  /** What is not in `metadata` is unset; what only an administrator sets stays. */
  replace(command: ReplaceRegistration): Promise<RegisteredClient>;
  /** Ends the client's grants, consents and flows too. */
  remove(access: RegistrationAccess): Promise<void>;
}

export interface RegisterClient {
  /** A signed statement about the client's software (RFC 7591 §2.3), '' for none. None is trusted. */
  readonly softwareStatement: string;
  /** '' when none was sent. */
  readonly initialAccessToken: string;
  readonly metadata: SelfRegisteredMetadata;
}

export interface RegistrationAccess {
  readonly clientId: string;
  /** '' when none was sent. */
  readonly registrationToken: string;
}

export interface ReplaceRegistration extends RegistrationAccess {
  /** The one the client has, or ''. */
  readonly secret: string;
  readonly metadata: SelfRegisteredMetadata;
}

export interface RegisteredClient {
  readonly client: Client;
  /** In clear, when it is new; else ''. */
  readonly secret: string;
  readonly registrationToken: string;
}

export interface CleanExpired {
  /** How many rows at most of each kind. */
  readonly limit: number;
  /** The node's own name, which no other node has. It holds the cleaning lease for a minute after each batch. */
  readonly holder: string;
}

export type CleanResult =
  | {
      readonly outcome: 'cleaned';
      readonly flows: number;
      readonly loginSessions: number;
      readonly consents: number;
      /** Codes, tokens and grants. */
      readonly tokens: number;
      /** Leases that have ended, one-time values included. */
      readonly leases: number;
    }
  | { readonly outcome: 'not-my-turn' };

export interface RotateKeys {
  /** The node's own name, which no other node has. It holds the rotation lease for a minute. */
  readonly holder: string;
}

export type RotateKeysResult =
  | {
      readonly outcome: 'rotated';
      /** The kids of keys that are published from now on, and sign later. */
      readonly published: readonly string[];
      /** The kids of keys that are not needed any more. */
      readonly removed: readonly string[];
    }
  | { readonly outcome: 'not-my-turn' }
  /** Rotation is turned off, or the keys are not in the key store. */
  | { readonly outcome: 'off' };

export interface ResealResult {
  /** How many were sealed again. */
  readonly keys: number;
  readonly clients: number;
  /** Names of what none of the system secrets opens. */
  readonly unreadable: readonly string[];
}

export interface StoreFailure {
  /** What is wrong, in words that anybody may read; absent: the store does not answer. */
  readonly problem?: string;
  /** A name of Stores. */
  readonly port: string;
  /** For the log: it may name hosts. */
  readonly cause: unknown;
}

export interface CreateClient {
  /** '' lets the server draw one. */
  readonly id: string;
  /** '' lets the server draw one. */
  readonly secret: string;
  readonly metadata: ClientMetadata;
}

export type CreateClientResult =
  | {
      readonly outcome: 'created';
      readonly client: Client /** In clear, this once; '' for a public client. */;
      readonly secret: string;
    }
  | { readonly outcome: 'exists' };

export interface UpdateClient {
  readonly id: string;
  /** '' keeps the one it has. */
  readonly secret: string;
  readonly metadata: ClientMetadata;
}

export type UpdateClientResult =
  | { readonly outcome: 'updated'; readonly client: Client }
  | { readonly outcome: 'unknown' }
  /** Other updates of the same client got in between, again and again. */
  | { readonly outcome: 'stale' };

/** A login or consent request as its app may see it. */
export interface PendingRequest {
  readonly challenge: string;
  readonly flow: Flow;
  readonly client: Client;
}

export interface AcceptLogin {
  readonly challenge: string;
  /** Who logged in. Must be the request's subject when its login is skipped. */
  readonly subject: string;
  /** Default false. */
  readonly remember?: boolean;
  /** Default 0: until the browser closes. Negative: as long as the server allows. */
  readonly rememberFor?: Seconds;
  /** Authentication context class (OpenID Connect Core §2). Default ''. */
  readonly acr?: string;
  /** Default ''. */
  readonly forceSubjectIdentifier?: string;
}

export interface AcceptConsent {
  readonly challenge: string;
  readonly grantedScope: readonly string[];
  /** Default: none of what was requested. */
  readonly grantedAudience?: readonly string[];
  /** Default: nothing attached. */
  readonly session?: GrantSession;
  /** Default false. */
  readonly remember?: boolean;
  /** Counted from the authorization request. Default 0: until revoked. */
  readonly rememberFor?: Seconds;
}

export interface Reject {
  readonly challenge: string;
  readonly rejection: Rejection;
}

export type AnswerResult =
  /** Where to send the browser. */
  | { readonly outcome: 'answered'; readonly redirectTo: string }
  | { readonly outcome: 'unknown-challenge' }
  | { readonly outcome: 'already-answered' };

export interface ListedConsent {
  readonly consent: Consent;
  readonly client: Client;
}

export interface CreateKeys {
  readonly set: string;
  readonly alg: KeyAlgorithm;
  /** '' lets the server draw one. */
  readonly kid: string;
  /** Copied; '' for none. */
  readonly use: string;
}

export type KeysResult = { readonly outcome: 'added'; readonly keys: readonly Jwk[] } | { readonly outcome: 'exists' };
