// Replies to requests without a route: a page for browsers, or plain text as in the 2018 API.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isForBrowser, replyPage } from './browser-page.ts';
import { explainNoRoute, isReading, type KnownRoute, knownRoute } from './route-table.ts';

/** A reference from one path of the server to another, for Location. */
export type ToPath = (from: string, to: string) => string;

/**
 * An issuer with a path is behind a proxy that strips it, and the server does not see what was asked for: a relative
 * reference (RFC 3986 §4.2) stays below that path. Without one the path itself, as in the 2018 API.
 */
export const locationsBelow = (issuer: string): ToPath => {
  if (new URL(issuer).pathname === '/') return (_from, to) => to;
  return (from, to) => `./${'../'.repeat(from.split('/').length - 2)}${to.slice(1)}`;
};

/** Must be called before any route is added. Returns the table, which grows with the routes. */
export const answerWithoutRoute = (app: FastifyInstance, toPath: ToPath): readonly KnownRoute[] => {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(knownRoute(one, url));
  });
  // Fastify's router lets a parameter be empty; no resource has an empty name.
  app.addHook('onRequest', (request, reply, done) => {
    if (hasEmptyName(request.params)) reply.callNotFound();
    else done();
  });
  app.setNotFoundHandler((request, reply) => replyWithoutRoute(routes, toPath, request, reply));
  return routes;
};

const advice = 'Please check the address. If an application sent you here, go back to it and start again.';

const hasEmptyName = (params: unknown): boolean => {
  for (const name in params as object) if (Reflect.get(params as object, name) === '') return true;
  return false;
};

export const replyWithoutRoute = (
  routes: readonly KnownRoute[],
  toPath: ToPath,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const [path = '', ...query] = (request.raw.url ?? '').split(/(?=\?)/);
  const reason = explainNoRoute(routes, request.method, path);
  if (reason.kind === 'misspelt') {
    const status = isReading(request.method) ? 301 : 307;
    return reply
      .code(status)
      .header('location', toPath(path, reason.path) + query.join(''))
      .send();
  }
  if (isForBrowser(request)) {
    if (reason.kind === 'wrong-method') reply.header('allow', reason.allowed.join(', '));
    const status = reason.kind === 'not-found' ? 404 : 405;
    return replyPage(reply, status, 'There is no page at this address', advice);
  }
  reply.header('content-type', 'text/plain; charset=utf-8');
  if (reason.kind === 'not-found') return reply.code(404).send('404 page not found\n');
  // RFC 9110 §15.5.6: the origin server MUST generate an Allow header.
  return reply.code(405).header('allow', reason.allowed.join(', ')).send('Method Not Allowed\n');
};
