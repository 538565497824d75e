// Which address and scheme a request has. A proxy's headers count only if the operator trusts the proxy, because
// anybody can send these headers. X-Forwarded-Host is never read.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Matches UUIDs (RFC 9562) and the ids of common proxies. Such a text is safe in a log line and in a header. */
const requestId = /^[\w.~+/=:@-]{1,128}$/;

export class TrustedProxies {
  readonly #isTrusted: (address: string, hop: number) => boolean;

  /**
   * `proxies`: IP addresses, networks such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`. Throws a TypeError
   * for anything else.
   */
  constructor(proxies: readonly string[]) {
    this.#isTrusted = compile([...proxies]);
  }

  /** The first address, from the nearest, that is not a trusted proxy's. '' when unknown. */
  addressOf({ socket, headers }: IncomingMessage): string {
    const peer = socket.remoteAddress ?? '';
    let nearest = peer;
    const hops = textOf(headers['x-forwarded-for']).split(',').reverse();
    for (const hop of hops) {
      if (!this.#isTrusted(nearest, 0)) return nearest;
      const address = withoutPort(hop.trim());
      // A proxy that does not know the address sends `unknown` or nothing.
      if (isIP(address) === 0) return nearest;
      nearest = address;
    }
    return nearest;
  }

  /** `https` or `http`, as the nearest proxy received the request; of several values, that of the browser's request. */
  schemeOf({ socket, headers }: IncomingMessage): 'https' | 'http' {
    const isSecure = 'encrypted' in socket && socket.encrypted === true;
    const told = this.#isTrusted(socket.remoteAddress ?? '', 0) ? textOf(headers['x-forwarded-proto']) : '';
    const scheme = told.split(',', 1)[0]?.trim().toLowerCase();
    return scheme === 'https' || scheme === 'http' ? scheme : isSecure ? 'https' : 'http';
  }

  /** The id that a trusted proxy gave the request in X-Request-Id. Undefined without one. */
  requestIdOf({ socket, headers }: IncomingMessage): string | undefined {
    const id = headers['x-request-id'];
    if (typeof id !== 'string' || !requestId.test(id)) return undefined;
    return this.#isTrusted(socket.remoteAddress ?? '', 0) ? id : undefined;
  }
}

const textOf = (header: string | string[] | undefined): string =>
  header === undefined ? '' : typeof header === 'string' ? header : header.join(',');

/** Some proxies add the port: `192.0.2.1:52100`, `[2001:db8::1]:52100` (RFC 7239 §6 has the same forms). */
const withoutPort = (hop: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;

const key = Symbol('claviger.trustedProxies');

export const setUpTrustedProxies = (app: FastifyInstance, proxies: TrustedProxies | null): void => {
  app.decorate(key, { proxies });
};

const proxiesOf = ({ server }: FastifyRequest): TrustedProxies | null =>
  server.hasDecorator(key) ? server.getDecorator<{ proxies: TrustedProxies | null }>(key).proxies : null;

/** The address of the client. In an application that only uses the plugins, Fastify's own `trustProxy` decides. */
export const addressOf = (request: FastifyRequest): string =>
  proxiesOf(request)?.addressOf(request.raw) ?? request.ip ?? '';
