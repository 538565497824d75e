// RFC 6749 §3.1: GET, and POST too.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const authorizeRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.get('/oauth2/auth', serveEndpoint(endpoints.authorize));
  app.post('/oauth2/auth', serveEndpoint(endpoints.authorize));
};
