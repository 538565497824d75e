// Cookies belong to one host name. A browser that begins at another name of this machine, such as `localhost` in place of
// `127.0.0.1`, would leave its cookies there and fail when it comes back to the issuer: it is sent to the issuer's name first.
import { isLoopbackHost, paths, urlBelow } from '@claviger/core';
import type { FastifyInstance } from 'fastify';
import { builtInPages } from './config/pages.ts';

/** Where browsers begin. They come to the other pages by redirects, which name the issuer. */
const entrances: ReadonlySet<string | undefined> = new Set(['/', paths.authorize, paths.logout, builtInPages.login]);

/** Only for an issuer on loopback: elsewhere the proxy in front decides which names there are. */
export const sendToIssuerHost = (app: FastifyInstance, issuer: string): void => {
  const { hostname, port } = new URL(issuer);
  app.addHook('onRequest', (request, reply, done) => {
    const isElsewhere =
      entrances.has(request.routeOptions.url) &&
      request.hostname !== hostname &&
      isLoopbackHost(request.hostname) &&
      String(request.port || '') === port;
    // RFC 9110 §15.4.8: a posted request stays one.
    if (isElsewhere) reply.redirect(urlBelow(issuer, request.raw.url ?? '/'), 307);
    else done();
  });
};
