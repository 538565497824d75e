// The endpoints for browsers and clients, as one Fastify plugin. They have no schemas (docs/decisions/0005): core
// decides what OAuth answers to a bad request.
import { type Endpoint, type Provider, paths } from '@claviger/core';
import type { FastifyPluginCallback } from 'fastify';
import { allowCrossOrigin, answerPreflights, type CorsOptions } from '../cors.ts';
import { setUpScope } from '../own-scope.ts';
import { serveEndpoint } from '../serve-endpoint.ts';
import { answerInJson, answerWithPage } from './error-handlers.ts';

export interface PublicRoutesOptions {
  readonly provider: Provider;
  /** The admin listener has its own introspection endpoint. Default 'public'. */
  readonly listener?: 'public' | 'admin';
  /** Origins whose scripts may call the endpoints. Without it the application's own CORS decides. */
  readonly cors?: CorsOptions;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Methods, path, endpoint. A GET answers HEAD too. An endpoint that is turned off is null. */
type PublicRoute = readonly [methods: readonly Method[], path: string, endpoint: Endpoint | null];

const publicRouteTable = ({ endpoints }: Provider): readonly PublicRoute[] => [
  // OAuth 2.0 and OpenID Connect
  [['GET', 'POST'], paths.authorize, endpoints.authorize],
  [['POST'], paths.token, endpoints.token],
  [['POST'], paths.revoke, endpoints.revoke],
  [['GET', 'POST'], paths.userinfo, endpoints.userinfo],
  // Client registration
  [['POST'], paths.registration, endpoints.register],
  [['GET', 'PUT', 'DELETE'], `${paths.registration}/:id`, endpoints.clientConfiguration],
  // Documents about the server. RFC 8414 §3: the same one, for clients that do not know OpenID Connect.
  [['GET'], paths.discovery, endpoints.discovery],
  [['GET'], paths.metadata, endpoints.discovery],
  [['GET'], paths.jwks, endpoints.jwks],
  // Pages for people (2018 API)
  [['GET'], paths.logout, endpoints.logout],
  [['GET'], paths.consentFallback, endpoints.consentFallback],
  [['GET'], paths.errorFallback, endpoints.errorFallback],
  [['GET'], paths.logoutFallback, endpoints.logoutFallback],
];

/** The admin listener has the introspection of the 2018 API at the same path. */
const publicListenerOnly = ({ endpoints }: Provider): readonly PublicRoute[] => [
  [['POST'], paths.introspect, endpoints.introspectAsClient],
];

/**
 * RFC 9110 §9.2.1: HEAD must change nothing, and link checkers send it. A GET of these starts a flow or ends a session.
 */
const withoutHead: ReadonlySet<string> = new Set([paths.authorize, paths.logout]);

/** Bytes. No request of OAuth comes near it, and parsing 1 MiB blocks the event loop for a fifth of a second. */
const bodyLimit = 64 * 1024;

export const publicRoutes: FastifyPluginCallback<PublicRoutesOptions> = (app, options, done) => {
  const { provider, listener = 'public', cors } = options;
  setUpScope(app);
  app.setErrorHandler(answerInJson);
  if (cors) {
    allowCrossOrigin(app, cors);
    answerPreflights(app, bodyLimit);
  }
  const routes = [...publicRouteTable(provider), ...(listener === 'public' ? publicListenerOnly(provider) : [])];
  for (const [methods, url, endpoint] of routes) {
    if (endpoint === null) continue;
    app.route({
      method: [...methods],
      url,
      bodyLimit,
      handler: serveEndpoint(endpoint),
      ...(withoutHead.has(url) ? { exposeHeadRoute: false } : {}),
      ...(url === paths.authorize ? { errorHandler: answerWithPage(provider) } : {}),
    });
  }
  done();
};
