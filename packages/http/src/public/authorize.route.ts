// RFC 6749 §3.1: GET, and POST too.
import type { Provider } from '@claviger/core';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asOAuthError, statusOf } from '../request-failure.ts';
import { serveEndpoint } from '../serve-endpoint.ts';
import { toFastify } from '../to-fastify.ts';

export const authorizeRoute = (app: FastifyInstance, { endpoints, errorPage }: Provider): void => {
  /** A person with a browser sees it. */
  const errorHandler = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = asOAuthError(error, request);
    const page = errorPage(failure);
    return toFastify(reply, page.status === 302 ? page : { ...page, status: statusOf(error, failure) });
  };
  // HEAD must change nothing (RFC 9110 §9.2.1): link checkers send it. Here a GET starts a flow or issues a code.
  app.get('/oauth2/auth', { errorHandler, exposeHeadRoute: false }, serveEndpoint(endpoints.authorize));
  app.post('/oauth2/auth', { errorHandler }, serveEndpoint(endpoints.authorize));
};
