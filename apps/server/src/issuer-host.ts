// Cookies belong to one host name. A browser that starts at another name of this machine, such as `localhost` instead of
// `127.0.0.1`, would get its cookies for that name, and fail when it returns to the issuer. So it is redirected first.
import { isLoopbackHost, paths, urlBelow } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { builtInPages } from './config/pages.ts';

/** The pages at which browsers start. They reach the others by redirects, which name the issuer. */
const entrances: ReadonlySet<string | undefined> = new Set(['/', paths.authorize, paths.logout, builtInPages.login]);

/** Only for an issuer on loopback. Elsewhere the proxy in front decides which host names are served. */
export const sendToIssuerHost = (app: FastifyInstance, issuer: string): void => {
  const { host, hostname, port } = new URL(issuer);
  app.addHook('onRequest', (request, reply, done) => {
    const isElsewhere =
      request.headers.host !== host &&
      entrances.has(request.routeOptions.url) &&
      request.hostname !== hostname &&
      isLoopbackHost(request.hostname) &&
      String(request.port || '') === port;
    // RFC 9110 §15.4.8: the browser repeats a POST as a POST.
    if (isElsewhere) reply.redirect(urlBelow(issuer, request.raw.url ?? '/'), 307);
    else done();
  });
};
