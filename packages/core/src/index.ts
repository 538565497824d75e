// The public API of the core. Stores come from `@claviger/core/memory` or an adapter, the system from
// `@claviger/core/node`.

export { createProvider, type ProviderOptions } from './create-provider.ts';
export type { AdminKey } from './domain/admin-key.ts';
export { type AdminScope, adminScopes } from './domain/admin-scope.ts';
export type { AuthorizationRequest, OidcContext, Parameters } from './domain/authorization-request.ts';
export type { BrowserOfStep, PresentedBrowser } from './domain/browser.ts';
export { type ClaimsRequest, requestedClaims, type StandardClaims } from './domain/claims-request.ts';
export {
  authMethods,
  type Client,
  type ClientMetadata,
  type ConfidentialClient,
  emptyClientMetadata,
  grantTypes,
  type MadeFor,
  type ProposedMetadata,
  type PublicClient,
  withSecret,
} from './domain/client.ts';
export { lifespanMembers } from './domain/client-lifespans.ts';
export { type Consent, type ConsentRequestSnapshot, isRemembered } from './domain/consent.ts';
export type { CredentialsRefusal, DomainEvent, EndpointName, EventType, Origin } from './domain/event.ts';
export { type EventKind, eventKinds } from './domain/event-kinds.ts';
export {
  type ConsentAcceptance,
  type Flow,
  type FlowConsent,
  type FlowLogin,
  type FlowState,
  type LoginAcceptance,
  type Rejection,
  subjectOf,
} from './domain/flow.ts';
export { goDurationText, longestDuration, parseGoDuration } from './domain/go-duration.ts';
export type { Grant, GrantSession } from './domain/grant.ts';
export { asHashed, type Hashed } from './domain/hashed.ts';
export type { JsonObject, JsonValue } from './domain/json.ts';
export { isPrivate, type Jwk, type JwkSet, publicPart } from './domain/jwk.ts';
export type { LoginSession } from './domain/login-session.ts';
export { isLoopbackHost, isLoopbackUrl } from './domain/loopback.ts';
export { networkOf } from './domain/network.ts';
export { fullUrl, hintClaimsOf } from './domain/request-url.ts';
export type { ResponseMode } from './domain/response-mode.ts';
export type { ScopeStrategy } from './domain/scope.ts';
export { type SelfRegisteredMetadata, selfRegisteredMembers } from './domain/self-registration.ts';
export { type SigningAlgorithm, signingAlgorithms } from './domain/server-signing-algorithms.ts';
export { completeFlow, type StoredFlow, toStoredFlow } from './domain/stored-flows.ts';
export { type StoredKey, signingKeySet } from './domain/stored-key.ts';
export {
  completeClient,
  completeConsent,
  completeGrant,
  type StoredClient,
  type StoredConsent,
  type StoredGrant,
  type StoredMetadata,
  toStoredClient,
  toStoredConsent,
} from './domain/stored-records.ts';
export { type EpochSeconds, epochSeconds, isPast, type Seconds, seconds } from './domain/time.ts';
export type { AccessTokenStrategy, AuthorizationCode, ClientToken, GrantToken, TokenKey } from './domain/token.ts';
export { isWebUrl } from './domain/web-url.ts';
export {
  errorKinds,
  OAuthError,
  type OAuthErrorCode,
  oauthError,
  retryHeader,
  toOAuthError,
} from './errors/oauth-error.ts';
export { StoreUnavailable } from './errors/store-unavailable.ts';
export type { AdminKeyStore } from './ports/admin-key-store.ts';
export type {
  AuditAnchor,
  AuditCheckpoint,
  AuditCursor,
  AuditEvent,
  AuditFilter,
  AuditStore,
  ChainHead,
  SealedAuditEvent,
} from './ports/audit-store.ts';
export type { ClientChanges } from './ports/client-changes.ts';
export type { ClientStore } from './ports/client-store.ts';
export type { ConsentStore } from './ports/consent-store.ts';
export type { EventSink } from './ports/event-sink.ts';
export type { FlowStore, WaitingNote } from './ports/flow-store.ts';
export type { KeyStore } from './ports/key-store.ts';
export type { Lease, LeaseStore } from './ports/lease-store.ts';
export type { LoginSessionStore } from './ports/login-session-store.ts';
export type { ObserveUseCase } from './ports/observe-use-case.ts';
export type { Page } from './ports/paging.ts';
export type { LimitedEndpoint, RateLimiter } from './ports/rate-limiter.ts';
export type { RemoteDocuments } from './ports/remote-documents.ts';
export type { JwtType, SigningKeys } from './ports/signing-keys.ts';
export { commandsOf, mapPorts, type PortName, portNames, type Stores } from './ports/stores.ts';
export type {
  Cipher,
  Clock,
  Digest,
  KeyAlgorithm,
  KeyOperations,
  Lane,
  Mac,
  MacPurpose,
  Random,
  SecretHasher,
  System,
} from './ports/system.ts';
export type { FoundCode, FoundToken, IssuedAtOnce, Rotation, RotationResult, TokenStore } from './ports/token-store.ts';
export type { UserInterface } from './ports/user-interface.ts';
export { clientNames, isUnset } from './protocol/client-names.ts';
export { type ErrorBody, errorBody } from './protocol/error-body.ts';
export type { ReportFailure } from './protocol/error-reply.ts';
export { Html, html, trusted } from './protocol/html.ts';
export { readJsonBody } from './protocol/json-body.ts';
export { type HtmlPage, pageHeaders, plainContent, renderPage } from './protocol/page.ts';
export { checkParameterCount, mostParameters } from './protocol/parameters.ts';
export { paths, urlBelow } from './protocol/paths.ts';
export { pageReply } from './protocol/reply.ts';
export type { Endpoint, RequestNotes, WireReply, WireRequest } from './protocol/wire.ts';
export type { AdminUseCases, Endpoints, Provider } from './provider.ts';
export { LocalRateLimiter, type Rate, type Rates } from './runtime/local-rate-limiter.ts';
export type { SettingRule } from './setting-rules.ts';
export { declaredSettings, defaultSettings, type Settings, settingsProblems } from './settings.ts';
export type { AdminKeyUseCases, CreateAdminKey, CreatedAdminKey } from './usecases/admin-keys/admin-key-use-cases.ts';
export type { AdminCaller, AuthenticateAdmin } from './usecases/admin-keys/authenticate-admin.ts';
export { type AuditRecord, storable, toAuditRecord } from './usecases/audit/audit-record.ts';
export { type AuditEntry, AuditWriter, type AuditWriterOptions } from './usecases/audit/audit-writer.ts';
export { type CheckpointResult, makeWriteCheckpoint } from './usecases/audit/checkpoints.ts';
export { makeApplyRetention, type RetentionResult } from './usecases/audit/retention.ts';
export { type AuditFault, type AuditVerification, makeVerifyChains } from './usecases/audit/verify-chains.ts';
export type { StoreFailure } from './usecases/check-stores.ts';
export type { CleanExpired, CleanResult } from './usecases/cleaning/clean-expired.ts';
export type { CreateClient, CreateClientResult } from './usecases/clients/create-client.ts';
export type { ChangeClient, UpdateClient, UpdateClientResult } from './usecases/clients/update-client.ts';
export type { AcceptConsent } from './usecases/consent/consent-use-cases.ts';
export type {
  DeclarationPlan,
  DeclarationProblem,
  Declarations,
  DeclaredClient,
  DeclaredKind,
  DeclaredStep,
  MemberChange,
  PlanDeclarations,
  StepOutcome,
} from './usecases/declared/declarations.ts';
export type { AnswerResult, PendingRequest, Reject } from './usecases/flow-answers.ts';
export type { CreateKeys, KeysResult, KeyUseCases } from './usecases/keys/key-use-cases.ts';
export type { ResealResult } from './usecases/keys/reseal.ts';
export type { RotateKeys, RotateKeysResult } from './usecases/keys/rotate-keys.ts';
export type { AcceptLogin } from './usecases/login/login-use-cases.ts';
export type {
  RegisterClient,
  RegisteredClient,
  RegistrationAccess,
  RegistrationUseCases,
  ReplaceRegistration,
} from './usecases/registration/registration-use-cases.ts';
export type { ListedConsent } from './usecases/sessions/session-use-cases.ts';
