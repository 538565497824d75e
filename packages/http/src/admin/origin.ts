// Where an admin request came from, for the events of core.
import type { Origin } from '@claviger/core';
import type { FastifyRequest } from 'fastify';
import { addressOf } from '../trusted-proxies.ts';

export const originOf = (request: FastifyRequest): Origin => ({ id: request.id, address: addressOf(request) });
