// For load balancers and people on call.
import type { Provider } from '@claviger/core';
import { answerAlive, answerReady, makeReadiness } from '../../health.ts';
import { locationsBelow } from '../../no-route.ts';
import type { ServerStatus } from '../../server-status.ts';
import type { AdminApp } from '../admin-app.ts';
import { getVersion, healthStatus, isAlive, isReady } from './server.operations.ts';

export interface HealthOptions {
  readonly version: string;
  readonly status: () => ServerStatus;
}

export const healthRoute = (app: AdminApp, provider: Provider, { version, status }: HealthOptions): void => {
  app.get('/health/alive', { scope: 'open', operation: isAlive }, answerAlive);

  app.get('/health/ready', { scope: 'open', operation: isReady }, answerReady(makeReadiness(provider, status)));

  const alive = locationsBelow(provider.issuer)('/health/status', '/health/alive');
  app.get('/health/status', { scope: 'open', operation: healthStatus }, async (_request, reply) =>
    // RFC 9110 §15.4.9: with a note that links to the new place.
    reply
      .code(308)
      .headers({ location: alive, 'content-type': 'text/html; charset=utf-8' })
      .send(`<a href="${alive}">Permanent Redirect</a>\n`),
  );

  app.get('/version', { scope: 'open', operation: getVersion }, async () => ({ version }));
};
