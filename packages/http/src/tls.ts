// https on a listener of the server itself, for layouts without a proxy that ends TLS.
import type { ServerOptions } from 'node:http';
import type { ServerOptions as TlsServerOptions } from 'node:https';

/** PEM texts. */
export interface TlsCertificate {
  /** The certificate, followed by its intermediate certificates. */
  readonly cert: string;
  readonly key: string;
}

/** RFC 8996: TLS 1.0 and 1.1 must not be used. */
export const minTlsVersion = 'TLSv1.2';

/** Milliseconds. Node.js would let a silent peer hold a connection for two minutes. */
const handshakeTimeout = 10_000;

/** Fastify's options for the Node.js server of a listener. */
export const listenerOptions = (
  tls: TlsCertificate | null,
  limits: ServerOptions,
): { readonly http: ServerOptions } | { readonly http: TlsServerOptions; readonly https: TlsServerOptions } => {
  if (tls === null) return { http: limits };
  const options = { ...limits, cert: tls.cert, key: tls.key, minVersion: minTlsVersion, handshakeTimeout } as const;
  return { http: limits, https: options };
};
