// Prometheus text format.
import type { Metrics } from '../../metrics.ts';
import type { AdminApp } from './admin-app.ts';

export const metricsRoute = (app: AdminApp, metrics: Metrics): void => {
  app.get('/metrics/prometheus', async (_request, reply) => {
    const text = await metrics.render();
    return reply.header('content-type', metrics.contentType).send(text);
  });
};
