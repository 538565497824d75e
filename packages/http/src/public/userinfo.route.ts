// OpenID Connect Core §5.3.1: GET and POST.
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const userinfoRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.get('/userinfo', serveEndpoint(endpoints.userinfo));
  app.post('/userinfo', serveEndpoint(endpoints.userinfo));
};
