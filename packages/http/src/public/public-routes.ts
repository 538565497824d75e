// The endpoints for browsers and clients, as one Fastify plugin. But for client registration, which speaks JSON, they take
// no body schema (docs/decisions/0005): what OAuth answers to a bad request is decided in core.
import { type Provider, paths } from '@claviger/core';
import type { FastifyPluginCallback } from 'fastify';
import { allowCrossOrigin, answerPreflights, type CorsOptions } from '../cors.ts';
import { setUpScope } from '../own-scope.ts';
import { serveEndpoint } from '../serve-endpoint.ts';
import { authorizeRoute } from './authorize.route.ts';
import { handlePublicError } from './error-body.ts';
import { fallbacksRoute } from './fallbacks.route.ts';
import { introspectRoute } from './introspect.route.ts';
import { logoutRoute } from './logout.route.ts';
import { revokeRoute } from './revoke.route.ts';
import { tokenRoute } from './token.route.ts';
import { userinfoRoute } from './userinfo.route.ts';
import { wellKnownRoute } from './well-known.route.ts';

export interface PublicRoutesOptions {
  readonly provider: Provider;
  /** The admin listener has its own introspection endpoint. Default 'public'. */
  readonly listener?: 'public' | 'admin';
  /** Which scripts of other origins may call the endpoints. Without it the application's own CORS decides. */
  readonly cors?: CorsOptions;
}

/** Bytes. Nothing that OAuth sends comes near it, and parsing 1 MiB blocks the event loop for a fifth of a second. */
const bodyLimit = 64 * 1024;

export const publicRoutes: FastifyPluginCallback<PublicRoutesOptions> = (app, options, done) => {
  const { provider, listener = 'public', cors } = options;
  setUpScope(app);
  app.setErrorHandler(handlePublicError);
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= bodyLimit;
  });
  if (cors) {
    allowCrossOrigin(app, cors);
    answerPreflights(app);
  }
  authorizeRoute(app, provider);
  tokenRoute(app, provider);
  revokeRoute(app, provider);
  if (listener === 'public') introspectRoute(app, provider);
  userinfoRoute(app, provider);
  wellKnownRoute(app, provider);
  logoutRoute(app, provider);
  fallbacksRoute(app, provider);
  const { register, clientConfiguration } = provider.endpoints;
  if (register) app.post(paths.registration, serveEndpoint(register));
  if (clientConfiguration) {
    const handler = serveEndpoint(clientConfiguration);
    app.route({ method: ['GET', 'PUT', 'DELETE'], url: `${paths.registration}/:id`, handler });
  }
  done();
};
