// Ends the browser's remembered login (2018 API).
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const logoutRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  // HEAD must change nothing (RFC 9110 §9.2.1).
  app.get('/oauth2/auth/sessions/login/revoke', { exposeHeadRoute: false }, serveEndpoint(endpoints.logout));
};
