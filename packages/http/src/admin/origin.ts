// Where an admin request came from, for the events of core.
import type { Origin } from '@claviger/core';
import type { FastifyRequest } from 'fastify';
import { addressOf } from '../trusted-proxies.ts';
import { adminCallerOf } from './guard.ts';

export const originOf = (request: FastifyRequest): Origin => {
  const { id } = request;
  const address = addressOf(request);
  const caller = adminCallerOf(request);
  return caller ? { id, address, adminKey: caller.keyId } : { id, address };
};
