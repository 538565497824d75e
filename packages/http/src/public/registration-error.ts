// Errors of client registration: RFC 7591 §3.2.2, and RFC 6750 §3 for tokens.
import { OAuthError } from '@claviger/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { validationHint } from '../admin/validation-hint.ts';
import { handlePublicError } from './error-body.ts';

/** RFC 6750 §3.1: a request without any token is told no error code. */
const challengeFor = ({ headers }: FastifyRequest): string =>
  `Bearer realm="claviger"${headers.authorization === undefined ? '' : ', error="invalid_token"'}`;

/** A member of the wrong type is a value of the metadata that is not valid. */
const ofMember = (error: unknown): OAuthError | undefined => {
  const complaint = validationHint(error);
  return complaint && new OAuthError('invalid_client_metadata', { hint: complaint.hint });
};

export const handleRegistrationError = (
  error: FastifyError | OAuthError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const failure = ofMember(error) ?? error;
  if (failure instanceof OAuthError && failure.code === 'invalid_token') {
    reply.header('www-authenticate', challengeFor(request));
  }
  return handlePublicError(failure, request, reply);
};
