// Whether the server may serve requests, and what /health/ready tells of it.
import { oauthError, retryHeader } from '@claviger/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isForBrowser, replyPage } from './browser-page.ts';

export interface ServerStatus {
  /** false: whatever needs the stores answers temporarily_unavailable, because nobody knows yet what they hold. */
  readonly serving: boolean;
  /** The server stops soon: it still serves, and replies close their connections. */
  readonly draining?: true;
  /** Why the server is not ready, by part; empty when it is. Any caller of the admin listener may read it. */
  readonly problems: Readonly<Record<string, string>>;
}

/** For balancers, monitors and people on call, who ask most when nothing else works. */
const alwaysServed: ReadonlySet<string | undefined> = new Set([
  '/health/alive',
  '/health/ready',
  '/health/status',
  '/metrics/prometheus',
  '/version',
]);

const unavailable = oauthError('temporarily_unavailable');
const advice = 'Something went wrong on our side. Please try again in a moment.';

export const refuseUnlessServing = (app: FastifyInstance, status: () => ServerStatus): void => {
  app.addHook('onRequest', (request, reply, done) => {
    if (status().serving || alwaysServed.has(request.routeOptions.url)) {
      done();
      return;
    }
    reply.headers(retryHeader(unavailable));
    if (isForBrowser(request)) replyPage(reply, unavailable.status, 'This cannot be done right now', advice);
    else refuseWithJson(reply);
  });
};

/** The members that errors of both faces have. */
const refuseWithJson = (reply: FastifyReply): FastifyReply =>
  reply
    .code(unavailable.status)
    .headers({ 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': 'application/json;charset=UTF-8' })
    .send({
      error: unavailable.code,
      error_description: unavailable.description,
      status_code: unavailable.status,
    });
