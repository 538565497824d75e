// For load balancers and people on call.
import type { Provider } from '@claviger/core';
import type { AdminApp } from './admin-app.ts';

export interface HealthOptions {
  readonly version: string;
  /** false while the server starts or stops, so that a load balancer looks elsewhere. */
  readonly isReady: () => boolean;
}

export const healthRoute = (app: AdminApp, { admin }: Provider, { version, isReady }: HealthOptions): void => {
  app.get('/health/alive', async () => ({ status: 'ok' }));

  app.get('/health/ready', async (request, reply) => {
    if (!isReady()) return reply.code(503).send({ errors: { server: 'The server is starting or stopping.' } });
    try {
      await admin.checkStores();
      return { status: 'ok' };
    } catch (error) {
      // The driver's own words may name hosts and accounts: they go to the log.
      request.log.error({ err: error }, 'a store does not answer');
      return reply.code(503).send({ errors: { database: 'A store does not answer.' } });
    }
  });

  app.get('/health/status', async (_request, reply) =>
    // RFC 9110 §15.4.9: with a note that links to the new place.
    reply
      .code(308)
      .headers({ location: '/health/alive', 'content-type': 'text/html; charset=utf-8' })
      .send('<a href="/health/alive">Permanent Redirect</a>\n'),
  );

  app.get('/version', async () => ({ version }));
};
