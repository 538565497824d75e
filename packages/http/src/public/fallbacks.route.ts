// Pages for a login, consent, error or logout URL that is not configured (2018 API).
import type { Provider } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { serveEndpoint } from '../serve-endpoint.ts';

export const fallbacksRoute = (app: FastifyInstance, { endpoints }: Provider): void => {
  app.get('/oauth2/fallbacks/consent', serveEndpoint(endpoints.consentFallback));
  app.get('/oauth2/fallbacks/error', serveEndpoint(endpoints.errorFallback));
  app.get('/oauth2/fallbacks/logout', serveEndpoint(endpoints.logoutFallback));
};
