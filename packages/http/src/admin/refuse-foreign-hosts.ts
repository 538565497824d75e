// Protects the admin listener from DNS rebinding. Any site can point its own name at this machine, and the browser then
// treats its pages as "same origin". Their requests still have that name in Host.
import { isIP } from 'node:net';
import { isLoopbackHost, oauthError } from '@claviger/core';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';

const hint =
  'The admin endpoints answer to loopback names, such as localhost, and to the host names in CLAVIGER_ADMIN_ALLOWED_HOSTS.';

/**
 * `allowed`: host names in addition to those of loopback. `*.example.com` allows every subdomain, and `*` every name.
 * Ports are ignored.
 */
export const refuseForeignHosts = (allowed: readonly string[]): onRequestHookHandler => {
  const names = allowed.map(plain);
  const isNamed = (host: string): boolean =>
    names.some((name) => name === '*' || name === host || (name.startsWith('*.') && host.endsWith(name.slice(1))));
  return (request, _reply, done) => {
    const { hostname } = request;
    const isOurs = () => isLoopbackHost(hostname) || isOwnAddress(request) || isNamed(plain(hostname));
    if (isHostless(request) || (isWellFormed(request) && isOurs())) done();
    else done(oauthError('request_forbidden', hint));
  };
};

/** Names are compared in lower case and without the dot that ends them in the DNS (RFC 9110 §4.2.3, RFC 1034 §3.1). */
const plain = (host: string): string => withoutBrackets(host).toLowerCase().replace(/\.$/, '');

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** Some health checks use HTTP/1.0 without Host. Browsers always send it (RFC 9112 §3.2). */
const isHostless = ({ headers }: FastifyRequest): boolean => headers.host === undefined;

/** RFC 9112 §3.2: a host and perhaps a port. Fastify's `hostname` is only the part before a colon or after a bracket. */
const isWellFormed = ({ headers: { host = '' } }: FastifyRequest): boolean =>
  /^(\[[\da-f:.]+\]|[^\s:@[\]/\\?#]+)(:\d*)?$/i.test(host);

/** The local address of the connection. Only names can be rebound: a Host with an address was meant for this server. */
const isOwnAddress = ({ hostname, raw }: FastifyRequest): boolean =>
  isIP(withoutBrackets(hostname)) !== 0 &&
  withoutBrackets(hostname) === raw.socket.localAddress?.replace(/^::ffff:/, '');
