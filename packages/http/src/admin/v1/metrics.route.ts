// Prometheus text format.

import { metricsContentType } from '../../metrics.ts';
import type { AdminApp } from '../admin-app.ts';
import { getMetrics } from './server.operations.ts';

export const metricsRoute = (app: AdminApp, render: () => Promise<string>): void => {
  app.get('/metrics/prometheus', { scope: 'read', operation: getMetrics }, async (_request, reply) => {
    const text = await render();
    return reply.header('content-type', metricsContentType).send(text);
  });
};
