// The public API of the core. Stores come from `@claviger/core/memory` or an adapter, the system from `@claviger/core/node`.

export * from './create-provider.ts';
export * from './domain/authorization-request.ts';
export * from './domain/browser.ts';
export * from './domain/claims-request.ts';
export * from './domain/client.ts';
export * from './domain/consent.ts';
export * from './domain/flow.ts';
export * from './domain/grant.ts';
export * from './domain/hashed.ts';
export * from './domain/json.ts';
export * from './domain/jwk.ts';
export * from './domain/login-session.ts';
export * from './domain/loopback.ts';
export { fullUrl, hintClaimsOf } from './domain/request-url.ts';
export type { ResponseMode } from './domain/response-mode.ts';
export type { ScopeStrategy } from './domain/scope.ts';
export { type SelfRegisteredMetadata, selfRegisteredMembers } from './domain/self-registration.ts';
export * from './domain/server-signing-algorithms.ts';
export * from './domain/stored-key.ts';
export * from './domain/stored-records.ts';
export * from './domain/time.ts';
export * from './domain/token.ts';
export { isWebUrl } from './domain/web-url.ts';
export * from './errors/oauth-error.ts';
export * from './errors/store-unavailable.ts';
export * from './ports/client-changes.ts';
export * from './ports/client-store.ts';
export * from './ports/consent-store.ts';
export * from './ports/flow-store.ts';
export * from './ports/key-store.ts';
export * from './ports/lease-store.ts';
export * from './ports/login-session-store.ts';
export * from './ports/paging.ts';
export * from './ports/remote-documents.ts';
export * from './ports/signing-keys.ts';
export * from './ports/stores.ts';
export * from './ports/system.ts';
export * from './ports/token-store.ts';
export * from './ports/user-interface.ts';
export { clientNames, isUnset } from './protocol/client-names.ts';
export { type ErrorBody, errorBody } from './protocol/error-body.ts';
export type { ReportFailure } from './protocol/error-reply.ts';
export { Html, html, trusted } from './protocol/html.ts';
export { readJsonBody } from './protocol/json-body.ts';
export { type HtmlPage, pageHeaders, plainContent, renderPage } from './protocol/page.ts';
export { checkParameterCount, mostParameters } from './protocol/parameters.ts';
export { paths, urlBelow } from './protocol/paths.ts';
export { pageReply } from './protocol/reply.ts';
export * from './protocol/wire.ts';
export * from './provider.ts';
export * from './settings.ts';
export type { StoreFailure } from './usecases/check-stores.ts';
export type { CleanExpired, CleanResult } from './usecases/cleaning/clean-expired.ts';
export type { CreateClient, CreateClientResult } from './usecases/clients/create-client.ts';
export type { UpdateClient, UpdateClientResult } from './usecases/clients/update-client.ts';
export type { AcceptConsent } from './usecases/consent/consent-use-cases.ts';
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
