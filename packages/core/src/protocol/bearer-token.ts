// Bearer tokens on the wire (RFC 6750 §2): the Authorization header, else the form body. Never the URL, where logs keep it
// (RFC 9700 §4.3.2).
import type { WireRequest } from './wire.ts';

/** '' when there is none. */
export const readBearerToken = (request: WireRequest): string => {
  const header = /^bearer +([^ ]+) *$/i.exec(request.header('authorization') ?? '')?.[1];
  return header ?? request.form?.get('access_token') ?? '';
};
