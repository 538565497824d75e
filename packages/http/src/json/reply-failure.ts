// A failed request's reply in JSON, for both listeners.
import { errorBody, type OAuthError, retryHeader } from '@claviger/core';
import type { FastifyReply } from 'fastify';

interface Told {
  /** Default: the error's own. Fastify's refusals have others, such as 413. */
  readonly status?: number;
  /** Include `error_debug`. Default false. */
  readonly shareErrorDebug?: boolean;
}

/** RFC 6749 §5.1: replies about tokens are never cached. */
export const freshJson = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'content-type': 'application/json;charset=UTF-8',
} as const;

export const replyFailure = (
  reply: FastifyReply,
  failure: OAuthError,
  { status = failure.status, shareErrorDebug = false }: Told = {},
): FastifyReply => {
  const { code, description, hint, debug } = failure;
  return reply
    .code(status)
    .headers(retryHeader(failure))
    .send(errorBody({ error: code, description, status, hint, debug: shareErrorDebug ? debug : '' }));
};
