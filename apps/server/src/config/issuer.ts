// The default issuer, and whether browsers on this machine reach the server at a configured one.
import { isLoopbackHost, isLoopbackUrl } from '@claviger/core';
import { baseUrl } from './base-url.ts';
import type { ParsedValues, Values } from './variables.ts';

/**
 * Derived from the public listener, so that another port needs no second setting. Always a loopback address; any other
 * issuer must be set. It has no slash at the end, because clients compare issuers as plain text (OpenID Connect Discovery
 * §4.3).
 */
export const withIssuer = (values: ParsedValues): Values => {
  const { publicHost: host, publicPort: port, publicTlsCertFile: tls } = values;
  const reachable = isLoopbackHost(new URL(baseUrl({ host, port })).hostname);
  return { ...values, issuer: values.issuer ?? baseUrl({ host: reachable ? host : '127.0.0.1', port, tls }) };
};

/** For a loopback issuer over http, where only a proxy on this machine can compensate for it. */
export const issuerMismatch = ({
  issuer,
  publicHost,
  publicPort,
  publicTlsCertFile: tls,
  trustedProxies,
}: Values): string | undefined => {
  const url = new URL(issuer);
  if (url.protocol !== 'http:' || !isLoopbackUrl(issuer) || trustedProxies.length > 0) return undefined;
  const isReached =
    tls === null &&
    Number(url.port || 80) === publicPort &&
    isLoopbackHost(new URL(baseUrl({ host: publicHost, port: 1 })).hostname);
  if (isReached) return undefined;
  return `The issuer ${issuer} does not match the address of the public listener (${baseUrl({ host: publicHost, port: publicPort, tls })}). Set CLAVIGER_ISSUER to the URL that browsers use, or unset it. If a proxy listens there, set CLAVIGER_TRUSTED_PROXIES.`;
};
