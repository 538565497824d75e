// Introspection without client authentication (2018 API), and the removal of expired tokens.
import type { Provider } from '@claviger/core';
import { takesJson } from '../../json/json-route.ts';
import { serveEndpoint } from '../../serve-endpoint.ts';
import type { AdminApp } from '../admin-app.ts';
import { flushBody, toIssuedBefore } from '../wire/flush.wire.ts';
import { flush, introspect } from './tokens.operations.ts';

export const tokensRoute = (app: AdminApp, { admin, endpoints }: Provider): void => {
  app.post('/oauth2/introspect', { scope: 'introspect', operation: introspect }, serveEndpoint(endpoints.introspect));

  app.post(
    '/oauth2/flush',
    { scope: 'write', operation: flush, ...takesJson({ body: flushBody }) },
    async ({ body }, reply) => {
      await admin.flush(toIssuedBefore(body));
      return reply.code(204).send();
    },
  );
};
