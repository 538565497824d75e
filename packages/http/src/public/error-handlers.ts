// Replies to requests that did not reach core, because Fastify refused them or the server failed.
import type { OAuthError, Provider } from '@claviger/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { freshJson, replyFailure } from '../json/reply-failure.ts';
import { asOAuthError, statusOf } from '../request-failure.ts';
import { toFastify } from '../to-fastify.ts';

type ErrorHandler = (error: FastifyError | OAuthError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** For programs. */
export const answerInJson: ErrorHandler = (error, request, reply) => {
  const failure = asOAuthError(error, request);
  return replyFailure(reply.headers(freshJson), failure, { status: statusOf(error, failure) });
};

/** For people with a browser, at the authorization endpoint. */
export const answerWithPage =
  ({ errorPage }: Provider): ErrorHandler =>
  (error, request, reply) => {
    const failure = asOAuthError(error, request);
    const page = errorPage(failure);
    return toFastify(reply, page.status === 302 ? page : { ...page, status: statusOf(error, failure) });
  };
