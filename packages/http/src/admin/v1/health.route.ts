// For load balancers and people on call.
import type { Provider } from '@claviger/core';
import { failureLogOf } from '../../failure-log.ts';
import { locationsBelow } from '../../no-route.ts';
import type { ServerStatus } from '../../server-status.ts';
import type { AdminApp } from '../admin-app.ts';
import { getVersion, healthStatus, isAlive, isReady } from './server.operations.ts';

export interface HealthOptions {
  readonly version: string;
  readonly status: () => ServerStatus;
}

export const healthRoute = (app: AdminApp, { admin, issuer }: Provider, { version, status }: HealthOptions): void => {
  app.get('/health/alive', { scope: 'open', operation: isAlive }, async () => ({ status: 'ok' }));

  app.get('/health/ready', { scope: 'open', operation: isReady }, async (request, reply) => {
    const { problems } = status();
    if (Object.keys(problems).length > 0) return reply.code(503).send({ errors: problems });
    const failures = await admin.checkStores();
    const log = failureLogOf(request.server);
    if (failures.length === 0) {
      log?.recovered();
      return { status: 'ok' };
    }
    // The driver's own words may name hosts and accounts: they go to the log.
    for (const { cause } of failures) log?.report(cause);
    const errors = Object.fromEntries(
      failures.map(({ port, problem }) => [port, problem ?? 'The store does not answer.']),
    );
    return reply.code(503).send({ errors });
  });

  const alive = locationsBelow(issuer)('/health/status', '/health/alive');
  app.get('/health/status', { scope: 'open', operation: healthStatus }, async (_request, reply) =>
    // RFC 9110 §15.4.9: with a note that links to the new place.
    reply
      .code(308)
      .headers({ location: alive, 'content-type': 'text/html; charset=utf-8' })
      .send(`<a href="${alive}">Permanent Redirect</a>\n`),
  );

  app.get('/version', { scope: 'open', operation: getVersion }, async () => ({ version }));
};
