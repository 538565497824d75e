// Fastify plugins that serve a Claviger provider, and the app that puts them together.

export { type CertificateScopes, ClientCertificates } from './admin/client-certificates.ts';
export type { AdminGuard } from './admin/guard.ts';
export { type AdminRoutesOptions, adminV1Routes } from './admin/v1/admin-v1-routes.ts';
export type { AuditReader } from './admin/v1/audit.route.ts';
export { type ClientBody, clientBody, fromClient, toClientMetadata } from './admin/wire/client.wire.ts';
export { type AppOptions, buildApp } from './build-app.ts';
export type { CorsOptions } from './cors.ts';
export { FailureLog, reasonOf } from './failure-log.ts';
export { fromFastify } from './from-fastify.ts';
export {
  type DeclaredMetric,
  LabelledCounter,
  LabelledHistogram,
  type Labels,
  Observations,
} from './labelled-metrics.ts';
export { httpLogLines, type LogLevel, type LogLine } from './log-lines.ts';
export { Metrics, type Reading, requestDuration } from './metrics.ts';
export { openApiDocumentOf } from './openapi/describe-routes.ts';
export { type PublicRoutesOptions, publicRoutes } from './public/public-routes.ts';
export { asOAuthError } from './request-failure.ts';
export type { LogOptions } from './request-log.ts';
export { noteOn } from './request-notes.ts';
export { serveEndpoint } from './serve-endpoint.ts';
export type { ServerStatus } from './server-status.ts';
export { handshakeTimeout, secureContextOptions, type TlsCertificate } from './tls.ts';
export { toFastify } from './to-fastify.ts';
