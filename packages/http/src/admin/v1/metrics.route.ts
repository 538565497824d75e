// Prometheus text format.

import type { JsonApp } from '../../json/json-app.ts';
import { metricsContentType } from '../../metrics.ts';

export const metricsRoute = (app: JsonApp, render: () => Promise<string>): void => {
  app.get('/metrics/prometheus', async (_request, reply) => {
    const text = await render();
    return reply.header('content-type', metricsContentType).send(text);
  });
};
