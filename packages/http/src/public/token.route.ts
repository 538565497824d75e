// RFC 6749 §3.2.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const tokenRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.post('/oauth2/token', serveEndpoint(endpoints.token));
};
