// Bearer tokens on the wire (RFC 6750 §2): in the Authorization header or the form body. Never in the URL, because
// logs contain URLs (RFC 9700 §4.3.2).
import { oauthError } from '../errors/oauth-error.ts';
import type { WireRequest } from './wire.ts';

/** The token in the Authorization header, '' if there is none. */
export const bearerHeader = (request: WireRequest): string =>
  /^bearer +([^ ]+) *$/i.exec(request.header('authorization') ?? '')?.[1] ?? '';

/** '' if there is no token. Throws invalid_request if there are two (RFC 6750 §2). */
export const readBearerToken = (request: WireRequest): string => {
  const header = bearerHeader(request);
  const inBody = request.form?.getAll('access_token') ?? [];
  if (inBody.length + (header === '' ? 0 : 1) > 1) {
    throw oauthError('invalid_request', 'The request contains more than one access token.');
  }
  return header || (inBody[0] ?? '');
};

/** `sent`: the credentials of the request. RFC 6750 §3.1: without any, the challenge has no error code. */
export const bearerChallenge = (sent: string): string =>
  `Bearer realm="claviger"${sent === '' ? '' : ', error="invalid_token"'}`;
