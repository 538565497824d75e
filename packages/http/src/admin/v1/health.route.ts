import type { Provider } from '@claviger/core';
import type { AdminApp } from './admin-app.ts';

export interface HealthOptions {
  readonly version: string;
  /** false while the server starts or stops, so that a load balancer looks elsewhere. */
  readonly isReady: () => boolean;
}

/** For load balancers and people on call. */
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

  app.get('/health/status', async (_request, reply) => reply.redirect('/health/alive', 308));

  app.get('/version', async () => ({ version }));
};
