// The endpoints for browsers and clients, as one Fastify plugin. But for client registration, which speaks JSON, they take
// no body schema (docs/decisions/0005): what OAuth answers to a bad request is decided in core.
import type { Provider } from '@claviger/core';
import type { FastifyPluginCallback } from 'fastify';
import { authorizeRoute } from './authorize.route.ts';
import { handlePublicError } from './error-body.ts';
import { fallbacksRoute } from './fallbacks.route.ts';
import { introspectRoute } from './introspect.route.ts';
import { logoutRoute } from './logout.route.ts';
import { registrationRoutes } from './registration.route.ts';
import { revokeRoute } from './revoke.route.ts';
import { tokenRoute } from './token.route.ts';
import { userinfoRoute } from './userinfo.route.ts';
import { wellKnownRoute } from './well-known.route.ts';

export interface PublicRoutesOptions {
  readonly provider: Provider;
  readonly listener: 'public' | 'admin';
}

export const publicRoutes: FastifyPluginCallback<PublicRoutesOptions> = (app, { provider, listener }, done) => {
  app.setErrorHandler(handlePublicError);
  authorizeRoute(app, provider);
  tokenRoute(app, provider);
  revokeRoute(app, provider);
  if (listener === 'public') introspectRoute(app, provider);
  userinfoRoute(app, provider);
  wellKnownRoute(app, provider);
  logoutRoute(app, provider);
  fallbacksRoute(app, provider);
  const { issuer, registration } = provider;
  if (registration) app.register(registrationRoutes, { issuer, registration });
  done();
};
