// Errors as the 2018 admin API writes them. `status_code` is the HTTP status, which the original got wrong.
import { type ErrorBody, errorBody, type OAuthError } from '@claviger/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { replyFailure } from '../../json/reply-failure.ts';
import { validationHint } from '../../json/validation-hint.ts';
import { asOAuthError, statusOf } from '../../request-failure.ts';

/**
 * The original has two kinds of 404. This one comes from its protocol library: for challenges, subjects and key sets.
 */
export const notFound: ErrorBody = {
  status: 404,
  error: 'Not Found',
  description: 'Unable to locate the requested resource',
};

/** This error comes from its database layer, for clients and single keys. */
export const noSuchRow: ErrorBody = { status: 404, error: 'Unable to locate the resource', description: '' };

export const duplicate: ErrorBody = {
  status: 409,
  error: 'Unable to insert or update resource because a resource with that value exists already',
  description: '',
};

/** Concurrent changes of the resource won every attempt: the same request may succeed later. */
export const contended: ErrorBody = { status: 409, error: 'conflict', description: 'The resource is being changed.' };

export const replyError = (reply: FastifyReply, error: ErrorBody): FastifyReply =>
  reply.code(error.status).send(errorBody(error));

export const adminErrorHandler =
  ({ shareErrorDebug }: { readonly shareErrorDebug: boolean }) =>
  (error: FastifyError | OAuthError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = asOAuthError(validationHint(error) ?? error, request);
    return replyFailure(reply, failure, { status: statusOf(error, failure), shareErrorDebug });
  };
