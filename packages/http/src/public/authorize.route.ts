// RFC 6749 §3.1: GET, and POST too.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const authorizeRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  // HEAD must change nothing (RFC 9110 §9.2.1): link checkers send it. Here a GET starts a flow or issues a code.
  app.get('/oauth2/auth', { exposeHeadRoute: false }, serveEndpoint(endpoints.authorize));
  app.post('/oauth2/auth', serveEndpoint(endpoints.authorize));
};
