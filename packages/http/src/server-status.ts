// Decides whether the server serves requests, and what /health/ready says.
import { oauthError, retryHeader } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { isForBrowser, replyPage } from './browser-page.ts';
import { freshJson, replyFailure } from './json/reply-failure.ts';

export interface ServerStatus {
  /**
   * false: requests that need the stores get temporarily_unavailable, because the state of the stores is not known yet.
   */
  readonly serving: boolean;
  /** The server will stop soon. It still serves requests, and replies close their connections. */
  readonly draining?: true;
  /** Why the server is not ready, by part; empty when it is. Any caller of the admin listener may read it. */
  readonly problems: Readonly<Record<string, string>>;
}

/** Routes for balancers, monitors and people on call, which answer even if nothing else works. */
const alwaysServed: ReadonlySet<string | undefined> = new Set([
  '/health/alive',
  '/health/ready',
  '/health/status',
  '/metrics/prometheus',
  '/version',
  '/openapi.json',
]);

export const isAlwaysServed = (route: string | undefined): boolean => alwaysServed.has(route);

const unavailable = oauthError('temporarily_unavailable');
const advice = 'Something went wrong on our side. Please try again in a moment.';

export const refuseUnlessServing = (app: FastifyInstance, status: () => ServerStatus): void => {
  app.addHook('onRequest', (request, reply, done) => {
    if (status().serving || isAlwaysServed(request.routeOptions.url)) {
      done();
      return;
    }
    if (isForBrowser(request)) {
      replyPage(reply.headers(retryHeader(unavailable)), unavailable.status, 'This cannot be done right now', advice);
    } else replyFailure(reply.headers(freshJson), unavailable);
  });
};
