// Introspection asks for no authentication, so it lives here (2018 API); and the removal of what expired.
import type { Provider } from '@claviger/core';
import { serveEndpoint } from '../../serve-endpoint.ts';
import { flushBody, toIssuedBefore } from '../wire/flush.wire.ts';
import type { AdminApp } from './admin-app.ts';

export const tokensRoute = (app: AdminApp, { admin, endpoints }: Provider): void => {
  app.post('/oauth2/introspect', serveEndpoint(endpoints.introspect));

  app.post('/oauth2/flush', { schema: { body: flushBody } }, async ({ body }, reply) => {
    await admin.flush(toIssuedBefore(body));
    return reply.code(204).send();
  });
};
