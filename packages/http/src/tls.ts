// https on a listener of the server itself, for layouts without a proxy that ends TLS.
import { constants } from 'node:crypto';
import type { ServerOptions } from 'node:http';
import type { ServerOptions as TlsServerOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

/** PEM texts. */
export interface TlsCertificate {
  /** The certificate, followed by its intermediate certificates. */
  readonly cert: string;
  readonly key: string;
  /** The CAs of client certificates. null: clients are not asked for a certificate. */
  readonly clientCa: string | null;
}

/** RFC 8996: TLS 1.0 and 1.1 must not be used. */
const minVersion = 'TLSv1.2';

/** Milliseconds. Node.js would let a silent peer hold a connection for two minutes. */
export const handshakeTimeout = 10_000;

/**
 * What `setSecureContext` takes. A client certificate is verified in a full handshake only, so sessions are not resumed
 * where it counts.
 */
export const secureContextOptions = ({ cert, key, clientCa }: TlsCertificate): SecureContextOptions => ({
  cert,
  key,
  minVersion,
  ...(clientCa === null ? {} : { ca: clientCa, secureOptions: constants.SSL_OP_NO_TICKET }),
});

/** Fastify's options for the Node.js server of a listener. */
export const listenerOptions = (
  tls: TlsCertificate | null,
  limits: ServerOptions,
): { readonly http: ServerOptions } | { readonly http: TlsServerOptions; readonly https: TlsServerOptions } => {
  if (tls === null) return { http: limits };
  // The guard refuses requests, not connections, because probes and public endpoints need no certificate.
  const asks = tls.clientCa === null ? {} : { requestCert: true, rejectUnauthorized: false };
  const options = { ...limits, ...secureContextOptions(tls), handshakeTimeout, ...asks };
  return { http: limits, https: options };
};
