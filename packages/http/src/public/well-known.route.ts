// OpenID Connect Discovery §4 and RFC 7517 §5.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const wellKnownRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.get('/.well-known/openid-configuration', serveEndpoint(endpoints.discovery));
  // RFC 8414 §3: the same document, for clients that know no OpenID Connect.
  app.get('/.well-known/oauth-authorization-server', serveEndpoint(endpoints.discovery));
  app.get('/.well-known/jwks.json', serveEndpoint(endpoints.jwks));
};
