// Keeps DNS rebinding out of a listener that only this machine can reach: a page of any site can make its own name point
// at 127.0.0.1, and is then "same origin" to the browser. Its requests still say that name in Host.
import { isLoopbackHost, oauthError } from '@claviger/core';
import type { onRequestHookHandler } from 'fastify';

export const refuseForeignHosts: onRequestHookHandler = (request, _reply, done) => {
  if (isLoopbackHost(request.hostname)) done();
  else
    done(
      oauthError('request_forbidden', 'This listener is for this machine only: address it as localhost or 127.0.0.1.'),
    );
};
