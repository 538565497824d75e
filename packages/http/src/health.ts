// Whether the process answers, and whether the server can do its work. Both listeners answer this.
import type { Provider } from '@claviger/core';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { isAlive, isReadyInPublic } from './admin/v1/server.operations.ts';
import { failureLogOf } from './failure-log.ts';
import { freshJson } from './json/reply-failure.ts';
import type { Declared } from './openapi/describe-routes.ts';
import { answerInJson } from './public/error-handlers.ts';
import type { ServerStatus } from './server-status.ts';

type Problems = Readonly<Record<string, string>>;

/** Why the server is not ready, by part. Empty when it is. */
export type Readiness = (request: FastifyRequest) => Promise<Problems>;

/** Requests that arrive during a check share its result, because anyone may call the public listener. */
export const makeReadiness = ({ admin }: Provider, status: () => ServerStatus): Readiness => {
  let asked: Promise<Problems> | undefined;
  const ask = async ({ server }: FastifyRequest): Promise<Problems> => {
    const failures = await admin.checkStores();
    const log = failureLogOf(server);
    if (failures.length === 0) log?.recovered();
    // The driver's own words may name hosts and accounts: they go to the log.
    for (const { cause } of failures) log?.report(cause);
    return Object.fromEntries(failures.map(({ port, problem }) => [port, problem ?? 'The store does not answer.']));
  };
  return (request) => {
    const { problems } = status();
    if (Object.keys(problems).length > 0) return Promise.resolve(problems);
    asked ??= ask(request).finally(() => {
      asked = undefined;
    });
    return asked;
  };
};

export const answerAlive = async (): Promise<{ readonly status: 'ok' }> => ({ status: 'ok' });

export const answerReady =
  (readiness: Readiness, show = (problems: Problems): Problems => problems) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const problems = await readiness(request);
    return Object.keys(problems).length === 0 ? { status: 'ok' } : reply.code(503).send({ errors: show(problems) });
  };

/** Anyone may read it: it does not say what is wrong. */
const withoutDetails = (): Problems => ({
  server: 'The server is not ready. /health/ready of the admin listener says why.',
});

export interface PublicHealthOptions {
  readonly provider: Provider;
  readonly status: () => ServerStatus;
}

/** For balancers that reach only the public listener. */
export const publicHealth: FastifyPluginCallback<PublicHealthOptions> = (app, { provider, status }, done) => {
  app.setErrorHandler(answerInJson);
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(freshJson);
    next();
  });
  const alive: RouteOptions & Declared = {
    method: 'GET',
    url: '/health/alive',
    operation: isAlive,
    handler: answerAlive,
  };
  const ready: RouteOptions & Declared = {
    method: 'GET',
    url: '/health/ready',
    operation: isReadyInPublic,
    handler: answerReady(makeReadiness(provider, status), withoutDetails),
  };
  app.route(alive);
  app.route(ready);
  done();
};
