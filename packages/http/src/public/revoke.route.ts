// RFC 7009 §2.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const revokeRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.post('/oauth2/revoke', serveEndpoint(endpoints.revoke));
};
