// Redirect URIs: which one an authorization request may use, and how the response is added to it.
import type { Client } from './client.ts';

/**
 * RFC 8252 §7.3: any port MUST be allowed for loopback IP addresses, because a native application listens on one that
 * is free. This applies to every client: many cannot register as native. `localhost` may be another machine
 * (§8.3).
 */
const withoutLoopbackPort = (uri: string): string =>
  uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\])):\d{1,5}(?=[/?]|$)/, '$1');

/**
 * RFC 6749 §3.1.2.3: a request without a redirect URI uses the client's only registered one. Otherwise the URI must
 * equal a registered one character by character (RFC 9700 §2.1), except for the port of a loopback address. Undefined
 * if neither is the case. A URI with a fragment never matches (RFC 6749 §3.1.2).
 */
export const chooseRedirectUri = (client: Client, sent: string): string | undefined => {
  const { redirectUris } = client.metadata;
  if (sent === '') return redirectUris.length === 1 ? redirectUris[0] : undefined;
  if (sent.includes('#')) return undefined;
  if (redirectUris.includes(sent)) return sent;
  if (!URL.canParse(sent)) return undefined;
  const portless = withoutLoopbackPort(sent);
  return redirectUris.some((registered) => withoutLoopbackPort(registered) === portless) ? sent : undefined;
};

/**
 * RFC 6749 §3.1.2 and §4.1.2: keeps the URI's own query and adds the response's parameters, form-encoded. A parameter
 * that the query already has is replaced, so that a registered query cannot forge part of the response.
 */
export const withQuery = (uri: string, parameters: Readonly<Record<string, string>>): string => {
  const [whole = '', fragment] = splitOnce(uri, '#');
  const [base = '', query = ''] = splitOnce(whole, '?');
  const kept = query.split('&').filter((pair) => pair !== '' && !Object.hasOwn(parameters, nameOf(pair)));
  const added = new URLSearchParams(parameters).toString();
  const end = fragment === undefined ? '' : `#${fragment}`;
  return `${base}?${[...kept, added].filter((part) => part !== '').join('&')}${end}`;
};

/** RFC 6749 §4.2.2. A registered URI has no fragment (§3.1.2). */
export const withFragment = (uri: string, parameters: Readonly<Record<string, string>>): string =>
  `${uri}#${new URLSearchParams(parameters).toString()}`;

const splitOnce = (text: string, separator: string): readonly string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

const nameOf = (pair: string): string => [...new URLSearchParams(pair).keys()][0] ?? '';
