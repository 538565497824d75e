// A public document that rarely changes. It is built once for all callers, and not sent again to a caller that has it.
import type { JsonObject } from '../domain/json.ts';
import type { Digest } from '../ports/system.ts';
import { emptyReply, jsonReply } from './reply.ts';
import type { WireReply, WireRequest } from './wire.ts';

export type CacheableReply = (request: WireRequest) => WireReply;

/** RFC 9110 §13.1.2: a list of entity tags, compared weakly, or `*`. */
const includesTag = (header: string, tag: string): boolean =>
  header === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

/** `maxAge`: seconds for which a cache may reuse it without revalidation (RFC 9111 §5.2.2.1). */
export const cacheableReply = (digest: Digest, body: JsonObject, maxAge: number): CacheableReply => {
  const whole = jsonReply(200, body);
  const etag = `"${digest.leftHalf(256, whole.body)}"`;
  const headers = { 'cache-control': `public, max-age=${maxAge}`, etag };
  const reply = { ...whole, headers: { ...whole.headers, ...headers } };
  const notModified = emptyReply(304, headers);
  return (request) => {
    const known = request.header('if-none-match');
    return known !== undefined && includesTag(known, etag) ? notModified : reply;
  };
};
