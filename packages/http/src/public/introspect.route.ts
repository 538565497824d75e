// RFC 7662 §2, for clients that say who they are. The admin listener has the one of the 2018 API at the same path.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const introspectRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.post('/oauth2/introspect', serveEndpoint(endpoints.introspectAsClient));
};
