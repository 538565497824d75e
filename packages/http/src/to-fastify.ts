// WireReply -> FastifyReply.
import type { WireReply } from '@claviger/core';
import type { FastifyReply } from 'fastify';

export const toFastify = (reply: FastifyReply, { status, headers, body }: WireReply): FastifyReply => {
  reply.code(status);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  // Fastify gives '' a content type; a reply without a body has none (RFC 9110 §8.3).
  return body === '' ? reply.send() : reply.send(body);
};
