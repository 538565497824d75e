// The endpoints for browsers and clients, as one Fastify plugin. They have no schemas (docs/decisions/0005): core
// decides what OAuth answers to a bad request.
import { type Endpoint, type Provider, paths } from '@claviger/core';
import type { FastifyPluginCallback, RouteOptions } from 'fastify';
import { allowCrossOrigin, answerPreflights, type CorsOptions } from '../cors.ts';
import type { Declared } from '../openapi/describe-routes.ts';
import type { Operation } from '../openapi/operation.ts';
import { setUpScope } from '../own-scope.ts';
import { serveEndpoint } from '../serve-endpoint.ts';
import { answerInJson, answerWithPage } from './error-handlers.ts';
import { authorize, authorizeByForm, logout } from './operations/authorize.operations.ts';
import {
  consentFallback,
  errorFallback,
  jwks,
  logoutFallback,
  oauthMetadata,
  openidConfiguration,
} from './operations/documents.operations.ts';
import {
  deleteRegistration,
  readRegistration,
  registerClient,
  replaceRegistration,
} from './operations/registration.operations.ts';
import {
  getUserinfo,
  introspectAsClient,
  postUserinfo,
  requestToken,
  revokeToken,
} from './operations/token.operations.ts';

export interface PublicRoutesOptions {
  readonly provider: Provider;
  /** The admin listener has its own introspection endpoint. Default 'public'. */
  readonly listener?: 'public' | 'admin';
  /** Origins whose scripts may call the endpoints. Without it the application's own CORS decides. */
  readonly cors?: CorsOptions;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Path, endpoint, and the operation of each method for the OpenAPI document. A GET answers HEAD too. An endpoint that
 * is turned off is null.
 */
type PublicRoute = readonly [
  path: string,
  endpoint: Endpoint | null,
  operations: Readonly<Partial<Record<Method, Operation>>>,
];

const publicRouteTable = ({ endpoints }: Provider): readonly PublicRoute[] => [
  // OAuth 2.0 and OpenID Connect
  [paths.authorize, endpoints.authorize, { GET: authorize, POST: authorizeByForm }],
  [paths.token, endpoints.token, { POST: requestToken }],
  [paths.revoke, endpoints.revoke, { POST: revokeToken }],
  [paths.userinfo, endpoints.userinfo, { GET: getUserinfo, POST: postUserinfo }],
  // Client registration
  [paths.registration, endpoints.register, { POST: registerClient }],
  [
    `${paths.registration}/:id`,
    endpoints.clientConfiguration,
    { GET: readRegistration, PUT: replaceRegistration, DELETE: deleteRegistration },
  ],
  // Documents about the server. RFC 8414 §3: the same one, for clients that do not know OpenID Connect.
  [paths.discovery, endpoints.discovery, { GET: openidConfiguration }],
  [paths.metadata, endpoints.discovery, { GET: oauthMetadata }],
  [paths.jwks, endpoints.jwks, { GET: jwks }],
  // Pages for people (2018 API)
  [paths.logout, endpoints.logout, { GET: logout }],
  [paths.consentFallback, endpoints.consentFallback, { GET: consentFallback }],
  [paths.errorFallback, endpoints.errorFallback, { GET: errorFallback }],
  [paths.logoutFallback, endpoints.logoutFallback, { GET: logoutFallback }],
];

/** The admin listener has the introspection of the 2018 API at the same path. */
const publicListenerOnly = ({ endpoints }: Provider): readonly PublicRoute[] => [
  [paths.introspect, endpoints.introspectAsClient, { POST: introspectAsClient }],
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
  for (const [url, endpoint, operations] of routes) {
    if (endpoint === null) continue;
    const declared: RouteOptions & Pick<Declared, 'operations'> = {
      method: Object.keys(operations) as Method[],
      url,
      operations,
      bodyLimit,
      handler: serveEndpoint(endpoint),
      ...(withoutHead.has(url) ? { exposeHeadRoute: false } : {}),
      ...(url === paths.authorize ? { errorHandler: answerWithPage(provider) } : {}),
    };
    app.route(declared);
  }
  done();
};
