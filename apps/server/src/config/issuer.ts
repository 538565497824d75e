// The issuer that holds when none is set, and whether browsers on this machine find the server behind the one that is.
import { isLoopbackHost, isLoopbackUrl } from '@claviger/core';
import { baseUrl } from './base-url.ts';
import type { ParsedValues, Values } from './variables.ts';

/**
 * Follows the public listener, so that another port needs no second setting. Always on loopback: anything else must be set. No
 * slash at the end: clients compare the issuer with what they were given, as plain text (OpenID Connect Discovery §4.3).
 */
export const withIssuer = (values: ParsedValues): Values => {
  const { publicHost: host, publicPort: port } = values;
  const reachable = isLoopbackHost(new URL(baseUrl({ host, port })).hostname);
  return { ...values, issuer: values.issuer ?? baseUrl({ host: reachable ? host : '127.0.0.1', port }) };
};

/** For a loopback issuer over http, where only a proxy on this machine can compensate for it. */
export const issuerMismatch = ({ issuer, publicHost, publicPort }: Values): string | undefined => {
  const url = new URL(issuer);
  if (url.protocol !== 'http:' || !isLoopbackUrl(issuer)) return undefined;
  const isReached =
    Number(url.port || 80) === publicPort && isLoopbackHost(new URL(baseUrl({ host: publicHost, port: 1 })).hostname);
  if (isReached) return undefined;
  return `The issuer ${issuer} does not match the address of the public listener (${baseUrl({ host: publicHost, port: publicPort })}): set CLAVIGER_ISSUER to the URL that browsers use, or unset it.`;
};
