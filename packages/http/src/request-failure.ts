// Distinguishes mistakes of the caller, which are explained to the caller, from failures of the server, which are logged.
import { OAuthError, oauthError, toOAuthError } from '@claviger/core';
import type { FastifyRequest } from 'fastify';
import { failureLogOf } from './failure-log.ts';
import { httpLogLines } from './log-lines.ts';
import { noteOn } from './request-notes.ts';

/** Fastify's own refusals carry a status, such as 413 for a body that is too large. */
const refusedBy = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  return error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined;
};

/** Notes the error for the request. Logs a failure of the server with its cause and the request's id. */
export const asOAuthError = (error: unknown, request: FastifyRequest): OAuthError => {
  const failure = reported(error, request);
  noteOn(request).error = failure;
  return failure;
};

const reported = (error: unknown, request: FastifyRequest): OAuthError => {
  if (error instanceof OAuthError && error.status < 500) return error;
  if (!(error instanceof OAuthError) && refusedBy(error) !== undefined) {
    return oauthError('invalid_request', error instanceof Error ? error.message : '');
  }
  const failures = failureLogOf(request.server);
  if (failures) failures.report(error, request.id);
  else request.log.error({ err: error, requestId: request.id }, httpLogLines.failed.message);
  return toOAuthError(error);
};

export const statusOf = (error: unknown, failure: OAuthError): number =>
  error instanceof OAuthError ? failure.status : (refusedBy(error) ?? failure.status);
