// Bearer tokens on the wire (RFC 6750 §2): the Authorization header, else the form body. Never the URL, where logs keep it
// (RFC 9700 §4.3.2).
import { oauthError } from '../errors/oauth-error.ts';
import type { WireRequest } from './wire.ts';

/** '' when there is none. Throws invalid_request for two at once (RFC 6750 §2). */
export const readBearerToken = (request: WireRequest): string => {
  const header = /^bearer +([^ ]+) *$/i.exec(request.header('authorization') ?? '')?.[1];
  const inBody = request.form?.getAll('access_token') ?? [];
  if (inBody.length + (header === undefined ? 0 : 1) > 1) {
    throw oauthError('invalid_request', 'The access token is sent more than once.');
  }
  return header ?? inBody[0] ?? '';
};
