// Where an admin request came from, for the events of core.
import type { Origin } from '@claviger/core';
import type { FastifyRequest } from 'fastify';

export const originOf = ({ id, ip }: FastifyRequest): Origin => ({ id, address: ip });
