// Cross-origin requests from browsers (WHATWG Fetch §3.2), answered as in the 2018 API. Not @fastify/cors: that answers
// every OPTIONS request, on any path, and lists all allowed methods whatever was asked.
import { paths } from '@claviger/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface CorsOptions {
  /** Exact origins such as `https://app.example`, or `*`. Credentials are never allowed, so `*` gives nothing away. */
  readonly allowedOrigins: readonly string[];
}

const allowedMethods = ['GET', 'POST'];
/** Of one client's registration (RFC 7592 §2). */
const registrationMethods = ['GET', 'PUT', 'DELETE'];
const allowedHeaders = new Map(['Accept', 'Authorization', 'Content-Type'].map((name) => [name.toLowerCase(), name]));

/**
 * Where scripts have business. RFC 9700 §2.6: CORS MUST NOT be supported at the authorization endpoint, to which browsers
 * are sent.
 */
const forScripts = new Set<string>([
  paths.token,
  paths.revoke,
  paths.userinfo,
  paths.discovery,
  paths.metadata,
  paths.jwks,
  paths.registration,
]);

const oneRegistration = new RegExp(`^${paths.registration}/[^/]+$`);

/** By what this request asks for, as its route or, for a preflight, which has none, as its path says. */
const methodsForScripts = (request: FastifyRequest): readonly string[] => {
  const path = request.routeOptions.url ?? request.raw.url?.split('?', 1)[0] ?? '';
  if (forScripts.has(path)) return allowedMethods;
  return oneRegistration.test(path) ? registrationMethods : [];
};

export const allowCrossOrigin = (app: FastifyInstance, { allowedOrigins }: CorsOptions): void => {
  const originFor = (origin: string): string | undefined => {
    if (allowedOrigins.includes('*')) return '*';
    return allowedOrigins.includes(origin) ? origin : undefined;
  };

  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    const isPreflight = request.method === 'OPTIONS' && origin !== undefined && method !== undefined;
    const asked = request.headers['access-control-request-headers'] ?? '';
    reply.header(
      'vary',
      isPreflight ? 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' : 'Origin',
    );
    const methods = methodsForScripts(request);
    const allowed = origin === undefined || methods.length === 0 ? undefined : originFor(origin);
    if (isPreflight) {
      const headers = canonicalHeaders(asked);
      if (allowed && headers && methods.includes(method)) {
        reply.header('access-control-allow-origin', allowed).header('access-control-allow-methods', method);
        if (headers.length > 0) reply.header('access-control-allow-headers', headers.join(', '));
      }
      return reply.code(200).send();
    }
    if (allowed) reply.header('access-control-allow-origin', allowed);
  });
};

/** The names asked for, undefined when one of them is not allowed. */
const canonicalHeaders = (asked: string): readonly string[] | undefined => {
  const names = asked.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().toLowerCase()]));
  const known = names.flatMap((name) => allowedHeaders.get(name) ?? []);
  return known.length === names.length ? known : undefined;
};
