// WireReply -> FastifyReply.
import type { WireReply } from '@claviger/core';
import type { FastifyReply } from 'fastify';

export const toFastify = (reply: FastifyReply, { status, headers, body }: WireReply): FastifyReply => {
  reply.code(status);
  for (const name in headers) reply.header(name, headers[name]);
  // Fastify gives '' a content type; a reply without a body has none (RFC 9110 §8.3).
  return body === '' ? reply.send() : reply.send(body);
};
