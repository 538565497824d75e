// What createProvider returns: everything that HTTP, a command line or your own service can ask of the core. Commands
// and results are declared beside their use cases.
import type { Client } from './domain/client.ts';
import type { Origin } from './domain/event.ts';
import type { EpochSeconds } from './domain/time.ts';
import type { OAuthError } from './errors/oauth-error.ts';
import type { Page } from './ports/paging.ts';
import type { Endpoint, WireReply } from './protocol/wire.ts';
import type { AdminKeyUseCases } from './usecases/admin-keys/admin-key-use-cases.ts';
import type { AuthenticateAdmin } from './usecases/admin-keys/authenticate-admin.ts';
import type { PendingFlowCounts } from './usecases/authorize/pending-flows.ts';
import type { StoreFailure } from './usecases/check-stores.ts';
import type { CleanExpired, CleanResult } from './usecases/cleaning/clean-expired.ts';
import type { CreateClient, CreateClientResult } from './usecases/clients/create-client.ts';
import type { ChangeClient, UpdateClient, UpdateClientResult } from './usecases/clients/update-client.ts';
import type { AcceptConsent } from './usecases/consent/consent-use-cases.ts';
import type { DeclarationPlan, PlanDeclarations } from './usecases/declared/declarations.ts';
import type { AnswerResult, PendingRequest, Reject } from './usecases/flow-answers.ts';
import type { KeyUseCases } from './usecases/keys/key-use-cases.ts';
import type { ResealResult } from './usecases/keys/reseal.ts';
import type { RotateKeys, RotateKeysResult } from './usecases/keys/rotate-keys.ts';
import type { SigningKeyInUse } from './usecases/keys/stored-signing-keys.ts';
import type { AcceptLogin } from './usecases/login/login-use-cases.ts';
import type { RegistrationUseCases } from './usecases/registration/registration-use-cases.ts';
import type { ListedConsent } from './usecases/sessions/session-use-cases.ts';
import type { FingerprintSubject } from './usecases/subject-fingerprint.ts';

export interface Provider {
  /** Used exactly as configured. */
  readonly issuer: string;
  readonly endpoints: Endpoints;
  /** What the authorization endpoint answers to a request that a face refused before the endpoint saw it. */
  readonly errorPage: (error: OAuthError) => WireReply;
  /** What logs show in place of a subject. Depends on the system secret. */
  readonly fingerprintSubject: FingerprintSubject;
  readonly admin: AdminUseCases;
  /** For faces of the admin API that ask for keys. `admin` itself does not check them. */
  readonly authenticateAdmin: AuthenticateAdmin;
  /** For your own API; `endpoints` serves the same over HTTP. null: clients cannot register themselves. */
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
  /**
   * RFC 7662 §2. POST. For the public listener: a confidential client asks about its own tokens, or those meant for it.
   */
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
 * no state could make right (invalid_request, with a hint that names the member). `origin` says where the request came
 * from, for the event sink.
 */
export interface AdminUseCases extends AdminKeyUseCases, KeyUseCases {
  createClient(command: CreateClient, origin?: Origin): Promise<CreateClientResult>;
  getClient(id: string): Promise<Client | undefined>;
  listClients(page: Page): Promise<readonly Client[]>;
  updateClient(command: UpdateClient, origin?: Origin): Promise<UpdateClientResult>;
  /** Changes a part, based on what is stored. Concurrent changes of other members are kept. */
  changeClient(command: ChangeClient, origin?: Origin): Promise<UpdateClientResult>;
  /** Ends the client's grants, consents and flows too. May be repeated. Whether there was such a client. */
  deleteClient(id: string, origin?: Origin): Promise<boolean>;

  /**
   * Compares declarations with the stores and writes nothing. `run` of a step writes, and may be called on several nodes
   * concurrently.
   */
  planDeclarations(command: PlanDeclarations): Promise<DeclarationPlan>;

  getLoginRequest(challenge: string): Promise<PendingRequest | undefined>;
  acceptLogin(command: AcceptLogin, origin?: Origin): Promise<AnswerResult>;
  rejectLogin(command: Reject, origin?: Origin): Promise<AnswerResult>;
  getConsentRequest(challenge: string): Promise<PendingRequest | undefined>;
  acceptConsent(command: AcceptConsent, origin?: Origin): Promise<AnswerResult>;
  rejectConsent(command: Reject, origin?: Origin): Promise<AnswerResult>;

  /** Remembered consents of a subject, newest first, each with its client. */
  listConsents(subject: string, page: Page): Promise<readonly ListedConsent[]>;
  /**
   * Ends the subject's grants, flows and remembered consents, for one client or for all. Returns how many there were.
   */
  revokeConsents(of: { readonly subject: string; readonly clientId?: string }, origin?: Origin): Promise<number>;
  /** Ends the subject's remembered logins in every browser. Returns how many there were. */
  revokeLoginSessions(subject: string, origin?: Origin): Promise<number>;
  /**
   * Removes expired codes and tokens that were issued before `issuedBefore` (null: now). Returns the number of rows
   * removed.
   */
  flush(issuedBefore: EpochSeconds | null): Promise<number>;
  /**
   * One batch of everything that has expired, if this node gets the lease. Call it again while a figure reaches `limit`.
   */
  cleanExpired(command: CleanExpired): Promise<CleanResult>;

  /** Does the rotation work that is due, if this node gets the lease. Call it regularly. */
  rotateKeys(command: RotateKeys): Promise<RotateKeysResult>;

  /**
   * Seals stored keys and client secrets with the newest system secret, unless they already are. Can be repeated at any
   * time.
   */
  reseal(): Promise<ResealResult>;
  /**
   * Creates the missing signing keys that these settings need. Otherwise, the first request would wait for them.
   */
  makeSigningKeys(): Promise<void>;

  /**
   * Exchanges the number of pending flows with the other processes. Call it about once a second; otherwise each process
   * counts alone.
   */
  sharePendingFlows(): Promise<void>;
  countPendingFlows(): PendingFlowCounts;
  /** The stored key that signs now, for each algorithm. Empty when the provider got its own SigningKeys. */
  signingKeysInUse(): Promise<readonly SigningKeyInUse[]>;

  /** The ports whose store does not answer. Empty if all answer. */
  checkStores(): Promise<readonly StoreFailure[]>;
}
