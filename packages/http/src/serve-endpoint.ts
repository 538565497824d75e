// One endpoint of core as a Fastify handler.
import type { Endpoint } from '@claviger/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromFastify } from './from-fastify.ts';
import { toFastify } from './to-fastify.ts';

export const serveEndpoint =
  (endpoint: Endpoint) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const wire = fromFastify(request);
    return toFastify(reply, await endpoint(wire instanceof Promise ? await wire : wire));
  };
