// What the public endpoints answer when core does not: Fastify refused the request, or something broke.
import { type OAuthError, retryHeader } from '@claviger/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { asOAuthError, statusOf } from '../request-failure.ts';

export const handlePublicError = (error: FastifyError | OAuthError, request: FastifyRequest, reply: FastifyReply) => {
  const failure = asOAuthError(error, request);
  const status = statusOf(error, failure);
  return reply
    .code(status)
    .headers(retryHeader(failure))
    .headers({ 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': 'application/json;charset=UTF-8' })
    .send({
      error: failure.code,
      error_description: failure.description,
      ...(failure.hint === '' ? {} : { error_hint: failure.hint }),
      status_code: status,
    });
};
