// The built-in pages let anyone log in as any user, so only a browser on this machine may open them.
import { isLoopbackHost } from '@claviger/core';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { sendProblem } from './problem-page.ts';

/** RFC 7239; RFC 9110 §7.6.3; the last is nginx's. */
const proxyHeaders: ReadonlySet<string> = new Set(['forwarded', 'via', 'x-real-ip']);

/** Both ends of the connection are on this machine, no proxy is involved, and Host is a name of this machine. */
const isFromThisMachine = (request: FastifyRequest): boolean => {
  const { localAddress = '127.0.0.1', remoteAddress = '' } = request.raw.socket;
  return (
    isLoopbackHost(localAddress) &&
    isLoopbackHost(remoteAddress) &&
    isLoopbackHost(request.hostname) &&
    // nginx proxies with HTTP/1.0 by default, without a header that reveals it. Browsers never use HTTP/1.0.
    request.raw.httpVersion !== '1.0' &&
    !Object.keys(request.headers).some((name) => proxyHeaders.has(name) || name.startsWith('x-forwarded-'))
  );
};

export const refuseOtherMachines: onRequestHookHandler = (request, reply, done) => {
  if (isFromThisMachine(request)) done();
  else sendProblem(reply, 'other-machine');
};
