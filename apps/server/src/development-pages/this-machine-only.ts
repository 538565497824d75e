// The built-in pages let anyone in as anybody, so they answer only to a browser on this machine.
import { isLoopbackHost } from '@claviger/core';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { sendProblem } from './problem-page.ts';

/** Both ends of the connection are here, no proxy passed it on (RFC 7239), and the address bar shows a name of this machine. */
const isFromThisMachine = (request: FastifyRequest): boolean => {
  const { localAddress = '127.0.0.1', remoteAddress = '' } = request.raw.socket;
  return (
    isLoopbackHost(localAddress) &&
    isLoopbackHost(remoteAddress) &&
    isLoopbackHost(request.hostname) &&
    !Object.keys(request.headers).some((name) => name === 'forwarded' || name.startsWith('x-forwarded-'))
  );
};

export const refuseOtherMachines: onRequestHookHandler = (request, reply, done) => {
  if (isFromThisMachine(request)) done();
  else sendProblem(reply, 'other-machine');
};
