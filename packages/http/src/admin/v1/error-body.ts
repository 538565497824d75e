// Errors as the 2018 admin API writes them. `status_code` is the HTTP status, which the original got wrong.
import { type OAuthError, retryHeader } from '@claviger/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { asOAuthError, statusOf } from '../../request-failure.ts';
import { validationHint } from '../validation-hint.ts';

interface AdminError {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** The original has two kinds of 404: one from its protocol library, for challenges, subjects and key sets … */
export const notFound: AdminError = {
  status: 404,
  error: 'Not Found',
  description: 'Unable to locate the requested resource',
};

/** … and one from its database layer, for clients and single keys. */
export const noSuchRow: AdminError = { status: 404, error: 'Unable to locate the resource', description: '' };

export const duplicate: AdminError = {
  status: 409,
  error: 'Unable to insert or update resource because a resource with that value exists already',
  description: '',
};

/** Somebody else changed the resource at the same time, again and again: the same request may succeed later. */
export const contended: AdminError = { status: 409, error: 'conflict', description: 'The resource is being changed.' };

export const replyError = (reply: FastifyReply, { status, error, description }: AdminError): FastifyReply =>
  reply.code(status).send({ error, error_description: description, status_code: status });

export const adminErrorHandler =
  ({ shareErrorDebug }: { readonly shareErrorDebug: boolean }) =>
  (error: FastifyError | OAuthError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = asOAuthError(validationHint(error) ?? error, request);
    const status = statusOf(error, failure);
    return reply
      .code(status)
      .headers(retryHeader(failure))
      .send({
        error: failure.code,
        error_description: failure.description,
        ...(failure.hint === '' ? {} : { error_hint: failure.hint }),
        status_code: status,
        ...(shareErrorDebug && failure.debug !== '' ? { error_debug: failure.debug } : {}),
      });
  };
