// The one place for Fastify's options, so that tests and server run the same app.
import { Server as TlsServer } from 'node:tls';
import { oauthError, type Provider } from '@claviger/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { AdminGuard } from './admin/guard.ts';
import { adminV1Routes } from './admin/v1/admin-v1-routes.ts';
import type { AuditReader } from './admin/v1/audit.route.ts';
import { adminErrorHandler } from './admin/v1/error-body.ts';
import { closeGracefully } from './close-gracefully.ts';
import { allowCrossOrigin, type CorsOptions } from './cors.ts';
import { FailureLog, setUpFailureLog } from './failure-log.ts';
import { publicHealth } from './health.ts';
import { answerMalformedRequest } from './malformed-request.ts';
import { Metrics } from './metrics.ts';
import { answerWithoutRoute, locationsBelow, replyWithoutRoute } from './no-route.ts';
import { describeRoutes } from './openapi/describe-routes.ts';
import { setUpScope } from './own-scope.ts';
import { publicRoutes } from './public/public-routes.ts';
import { type LogOptions, logController, loggerOptions, logRequests, requestIds } from './request-log.ts';
import { isKnownPath, type KnownRoute } from './route-table.ts';
import { refuseUnlessServing, type ServerStatus } from './server-status.ts';
import { listenerOptions, type TlsCertificate } from './tls.ts';
import { setUpTrustedProxies, TrustedProxies } from './trusted-proxies.ts';

export interface AppOptions {
  readonly provider: Provider;
  /** The admin listener serves the public endpoints too, for clients that know one base URL. */
  readonly listener: 'public' | 'admin';
  /** Shown at /version. */
  readonly version: string;
  /** Without it nothing is logged. */
  readonly logger?: LogOptions;
  /** Public listener only. Without it other origins may read discovery and the keys, and nothing else. */
  readonly cors?: CorsOptions;
  /** Milliseconds within which a request must have arrived, headers and body. Default 30,000. */
  readonly requestTimeout?: number;
  /** Seconds for which an idle connection stays open. Default 125. */
  readonly keepAlive?: number;
  /** Show `error_debug` to callers of the admin API. Default false. */
  readonly shareErrorDebug?: boolean;
  /** Admin listener only: host names that its endpoints answer to, in addition to loopback names. Default none. */
  readonly adminAllowedHosts?: readonly string[];
  /**
   * Proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Request-Id are believed: addresses, networks such as
   * `10.0.0.0/8`, or `loopback`. Default none.
   */
  readonly trustedProxies?: readonly string[];
  /** Admin listener only: who may call. Default: anyone who can reach the listener. Certificates need `clientCa` in `tls`. */
  readonly adminGuard?: Omit<AdminGuard, 'authenticate'>;
  /** Admin listener only: the audit table. Default: there is none. */
  readonly audit?: AuditReader;
  /** Public listener only: serve `/health/alive` and `/health/ready` there too. Default true. */
  readonly publicHealth?: boolean;
  /** The listener speaks https with this certificate. Default: plain http. */
  readonly tls?: TlsCertificate | null;
  /** Default: always serving and ready. */
  readonly status?: () => ServerStatus;
  /** Shared by all listeners of a server. Default: a separate one. */
  readonly failures?: FailureLog;
  /** Shared by all listeners of a server. Default: a separate one. */
  readonly metrics?: Metrics;
  /** The text of /metrics/prometheus. Default: what `metrics` has. */
  readonly renderMetrics?: () => Promise<string>;
}

/** Bytes of a request body; the forms and JSON of both faces are far smaller. */
const bodyLimit = 1024 * 1024;

/**
 * Bytes of a request line with its headers: twice the longest authorization request, which returns with a verifier, the
 * browser's cookies and its other headers.
 */
const maxHeaderSize = 32 * 1024;

/** Characters of one decoded path segment: Fastify's 100 would refuse long client ids and subjects. */
const maxParamLength = 8192;

/**
 * Seconds; longer than the balancers in front keep theirs (Caddy 120, Traefik 90, AWS and nginx 60). If the server
 * closed a connection first, a request already on its way over it would fail.
 */
const defaultKeepAlive = 125;

/**
 * Node.js swaps its limits for headers (60 s by default) and for whole requests when the latter is shorter, and
 * enforces both only every 30 s: a slow body got 90 s. So both limits are the same, and enforced more often.
 */
const arrivalLimits = (requestTimeout: number) => ({
  requestTimeout,
  headersTimeout: requestTimeout,
  connectionsCheckingInterval: Math.ceil(requestTimeout / 10),
});

const alwaysReady: ServerStatus = { serving: true, problems: {} };

const badSegment = `A path segment has a malformed percent escape, or more than ${maxParamLength} characters.`;

const auditOf = ({ audit }: AppOptions): { readonly audit?: AuditReader } => (audit ? { audit } : {});

/** Not listening yet: more routes may be added before `listen` or `ready`. */
export const buildApp = (options: AppOptions): FastifyInstance => {
  const {
    provider,
    listener,
    version,
    shareErrorDebug = false,
    adminAllowedHosts: allowedHosts = [],
    adminGuard,
    keepAlive = defaultKeepAlive,
    requestTimeout = 30_000,
    tls = null,
    status = () => alwaysReady,
  } = options;
  const { trustedProxies = [] } = options;
  const proxies = trustedProxies.length > 0 ? new TrustedProxies(trustedProxies) : null;
  const metrics = options.metrics ?? new Metrics();
  const renderMetrics = options.renderMetrics ?? (() => metrics.render());
  const toPath = locationsBelow(provider.issuer);
  let routes: readonly KnownRoute[] = [];
  const refuse = adminErrorHandler({ shareErrorDebug });

  const app = fastify({
    bodyLimit,
    ...listenerOptions(tls, { maxHeaderSize, ...arrivalLimits(requestTimeout) }),
    // See trusted-proxies.ts. Fastify would also believe X-Forwarded-Host.
    trustProxy: false,
    requestTimeout,
    connectionTimeout: 60_000,
    keepAliveTimeout: keepAlive * 1000,
    // RFC 9110 §9.1: servers MUST support GET and HEAD.
    exposeHeadRoutes: true,
    // Requests that arrive on open connections while closing are still served (see closeGracefully).
    return503OnClosing: false,
    routerOptions: { maxParamLength, caseSensitive: true },
    logger: options.logger ? loggerOptions(options.logger) : false,
    logController,
    genReqId: requestIds(proxies),
    clientErrorHandler: (error, socket) => answerMalformedRequest(app.log, error, socket),
    // Each log line describes its request, so requests need no child loggers.
    childLoggerFactory: (logger) => logger,
    // URLs that the router cannot parse. Hooks do not run for these replies.
    frameworkErrors: (_error, request: FastifyRequest, reply: FastifyReply) => {
      reply.header('x-content-type-options', 'nosniff').header('x-request-id', request.id);
      const path = request.raw.url?.split('?', 1)[0] ?? '';
      if (isKnownPath(routes, path)) refuse(oauthError('invalid_request', badSegment), request, reply);
      else replyWithoutRoute(routes, toPath, request, reply);
    },
  });

  // For replies without a route, and for the plugins below.
  setUpScope(app);
  setUpTrustedProxies(app, proxies);
  if (app.server instanceof TlsServer) adminGuard?.certificates?.watch(app.server);
  routes = answerWithoutRoute(app, toPath);
  setUpFailureLog(app, options.failures ?? new FailureLog(() => app.log));
  closeGracefully(app, () => status().draining === true);
  metrics.observe(app, listener);
  logRequests(app, { listener, provider, proxies });
  if (listener === 'public') allowCrossOrigin(app, options.cors ?? { allowedOrigins: [] });
  refuseUnlessServing(app, status);
  describeRoutes(app, { listener, issuer: provider.issuer, version });
  app.register(publicRoutes, { provider, listener });
  if (listener === 'public' && options.publicHealth !== false) app.register(publicHealth, { provider, status });
  if (listener === 'admin') {
    app.register(adminV1Routes, {
      provider,
      guard: adminGuard && { ...adminGuard, authenticate: provider.authenticateAdmin },
      renderMetrics,
      version,
      status,
      shareErrorDebug,
      allowedHosts,
      ...auditOf(options),
    });
  }
  return app;
};
