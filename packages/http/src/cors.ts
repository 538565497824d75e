// Cross-origin requests from browsers (WHATWG Fetch §3.2), answered as in the 2018 API. @fastify/cors would answer
// every OPTIONS request, on any path, and would list all allowed methods in every answer.
import { paths } from '@claviger/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface CorsOptions {
  /**
   * Origins such as `https://app.example`, `https://*.app.example` for every name below it, or `*`. Credentials are
   * never allowed, so `*` reveals nothing.
   */
  readonly allowedOrigins: readonly string[];
  /** Seconds for which a browser may remember the answer to a preflight. Default 0: the reply does not say. */
  readonly maxAge?: number;
}

const allowedMethods = ['GET', 'HEAD', 'POST'];
/** The methods on a client's registration (RFC 7592 §2). */
const registrationMethods = ['GET', 'HEAD', 'PUT', 'DELETE'];
/** Header names in their usual spelling. */
const usualHeaders = new Map(['Accept', 'Authorization', 'Content-Type'].map((name) => [name.toLowerCase(), name]));

/** RFC 9700 §2.6: CORS MUST NOT be supported at the authorization endpoint, because browsers navigate there. */
const forScripts = new Set<string>([paths.token, paths.revoke, paths.userinfo, paths.registration]);

/** Public documents: any script may read them, regardless of the settings. */
const forEverybody = new Set<string>([paths.discovery, paths.metadata, paths.jwks]);

const oneRegistration = new RegExp(`^${paths.registration}/[^/]+$`);

/** The requested path below the prefix of the plugin: the route's or, for a preflight without a route, the raw one. */
const pathOf = (request: FastifyRequest, prefix: string): string => {
  const path = request.routeOptions.url ?? request.raw.url?.split('?', 1)[0] ?? '';
  return path.slice(prefix.length);
};

const methodsForScripts = (path: string): readonly string[] => {
  if (forScripts.has(path) || forEverybody.has(path)) return allowedMethods;
  return oneRegistration.test(path) ? registrationMethods : [];
};

const name = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;

const matches = (allowed: string, origin: string): boolean => {
  const [start = '', end] = allowed.split('*', 2);
  if (end === undefined) return allowed === origin;
  return origin.startsWith(start) && origin.endsWith(end) && name.test(origin.slice(start.length, -end.length));
};

export const allowCrossOrigin = (app: FastifyInstance, { allowedOrigins, maxAge = 0 }: CorsOptions): void => {
  const { prefix } = app;
  const originFor = (path: string, origin: string): string | undefined => {
    if (forEverybody.has(path) || allowedOrigins.includes('*')) return '*';
    return allowedOrigins.some((allowed) => matches(allowed, origin)) ? origin : undefined;
  };

  app.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    // This caller is not a script of another origin, but a cache could serve the same reply to one.
    if (origin === undefined) {
      reply.header('vary', 'Origin');
      done();
      return;
    }
    const isPreflight = request.method === 'OPTIONS' && method !== undefined;
    const asked = request.headers['access-control-request-headers'] ?? '';
    reply.header(
      'vary',
      isPreflight ? 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' : 'Origin',
    );
    const path = pathOf(request, prefix);
    const methods = methodsForScripts(path);
    const allowed = methods.length === 0 ? undefined : originFor(path, origin);
    if (isPreflight) {
      const headers = canonicalHeaders(asked);
      if (allowed && headers && methods.includes(method)) {
        reply.header('access-control-allow-origin', allowed).header('access-control-allow-methods', method);
        if (headers.length > 0) reply.header('access-control-allow-headers', headers.join(', '));
        if (maxAge > 0) reply.header('access-control-max-age', maxAge);
      }
      reply.code(200).send();
      return;
    }
    if (allowed) reply.header('access-control-allow-origin', allowed);
    done();
  });
};

/**
 * Hooks of a plugin run for its own routes only, so preflights need routes there. A plain OPTIONS request is answered
 * as if there were none.
 */
export const answerPreflights = (app: FastifyInstance, bodyLimit: number): void => {
  for (const path of [...forScripts, ...forEverybody, `${paths.registration}/:id`]) {
    app.options(path, { bodyLimit }, (_request, reply) => reply.callNotFound());
  }
};

/**
 * The requested header names; undefined if one of them is not valid (RFC 9110 §5.6.2). An allowed origin may send any
 * header: tracing adds `traceparent` and others to every request, and nothing here trusts one. Credentials are never
 * allowed.
 */
const canonicalHeaders = (asked: string): readonly string[] | undefined => {
  const names = asked.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().toLowerCase()]));
  if (!names.every((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))) return undefined;
  return names.map((name) => usualHeaders.get(name) ?? name);
};
