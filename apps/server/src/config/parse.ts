// Parses texts of settings. An error says what is expected. It never repeats the text, which may be a secret.

import { isIP } from 'node:net';
import { isWebUrl } from '@claviger/core';

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly right: string };

export type Parse<T> = (text: string) => Parsed<T>;

const accept = <T>(value: T): Parsed<T> => ({ ok: true, value });
const refuse = (right: string): Parsed<never> => ({ ok: false, right });

export const anyText: Parse<string> = (text) => accept(text);

export const trueOrFalse: Parse<boolean> = (text) =>
  text === 'true' || text === 'false' ? accept(text === 'true') : refuse('true or false');

export const wholeNumber =
  (least: number, most: number): Parse<number> =>
  (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? accept(value) : refuse(`a whole number from ${least} to ${most}`);
  };

/** Permission bits, as chmod takes them. */
export const fileMode: Parse<number> = (text) =>
  /^0?[0-7]{3}$/.test(text) ? accept(Number.parseInt(text, 8)) : refuse('permission bits in octal, such as 0660');

export const oneOf =
  <const Name extends string>(...names: readonly Name[]): Parse<Name> =>
  (text) => {
    const name = names.find((candidate) => candidate === text);
    return name === undefined ? refuse(`one of ${names.join(', ')}`) : accept(name);
  };

/** Earlier releases call `text` `pretty`. */
export const logFormat: Parse<'auto' | 'json' | 'pretty'> = (text) =>
  text === 'text' ? accept('pretty') : oneOf('auto', 'json', 'pretty')(text);

/** An IP address, a network in CIDR notation, or the name of a range. */
export const proxyAddress: Parse<string> = (text) => {
  const [address = '', bits, ...more] = text.split('/');
  const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32));
  const isRange = text === 'loopback' || text === 'linklocal' || text === 'uniquelocal';
  return isRange || (isIP(address) !== 0 && isNetwork && more.length === 0)
    ? accept(text)
    : refuse('an IP address, a network such as 10.0.0.0/8, or loopback');
};

/** Separated by commas. Spaces around entries and empty entries are ignored. */
export const listOf =
  <T>(parse: Parse<T>): Parse<readonly T[]> =>
  (text) => {
    const entries = text.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [parse(entry.trim())]));
    const refused = entries.find((entry) => !entry.ok);
    if (refused && !refused.ok) return refuse(`a comma-separated list in which each entry is ${refused.right}`);
    return accept(entries.flatMap((entry) => (entry.ok ? [entry.value] : [])));
  };

/** RFC 6749 §3.3, scope-token. */
export const scopeToken: Parse<string> = (text) =>
  /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(text) ? accept(text) : refuse('a scope: printable ASCII without spaces, " or \\');

export const hostName: Parse<string> = (text) =>
  /^[A-Za-z0-9._:-]+$/.test(text) ? accept(text) : refuse('an IP address or a host name, such as 127.0.0.1');

/** A host name without its port, all names below one, or all. */
export const hostPattern: Parse<string> = (text) =>
  /^(\*|(\*\.)?[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?)$/.test(text)
    ? accept(text)
    : refuse('a host name without a port, such as claviger-admin, *.internal.example.com, or *');

/** An absolute http or https URL, without user name and password, because redirects would reveal them. */
const webUrl = (text: string): URL | undefined => (isWebUrl(text) ? new URL(text) : undefined);

/** Kept exactly as written. Single-page applications may route by a fragment, so parameters are added before it. */
export const pageUrl: Parse<string> = (text) =>
  webUrl(text) ? accept(text) : refuse('an absolute http or https URL without user name or password');

/** Kept exactly as written. No fragment, because browsers do not send it to the server. */
export const endpointUrl: Parse<string> = (text) =>
  webUrl(text) && !text.includes('#')
    ? accept(text)
    : refuse('an absolute http or https URL without user name, password or fragment');

/** RFC 8414 §2: no query and no fragment. Kept exactly as written. */
export const issuerUrl: Parse<string> = (text) => {
  const url = webUrl(text);
  return url && !/[?#]/.test(text)
    ? accept(text)
    : refuse('an absolute https URL without user name, password, query or fragment, such as https://id.example.com/');
};

/** An origin (RFC 6454 §6.2). `*.` before the host allows every name below it, `*` alone every origin. */
export const origin: Parse<string> = (text) => {
  const one = text.replace('://*.', '://');
  return text === '*' || (webUrl(one) && new URL(one).origin === one)
    ? accept(text)
    : refuse('* or an origin without a trailing slash, such as https://app.example.com or https://*.example.com');
};

/** No braces, because they determine the slot in a Redis Cluster. */
export const redisKeyPrefix: Parse<string> = (text) =>
  /^[^{}\s]+$/.test(text) ? accept(text) : refuse('a text without white space or braces, such as claviger:');

const leastSecretBytes = 16;

/** The first one signs; all of them verify. */
export const systemSecrets: Parse<readonly string[]> = (text) => {
  const secrets = text.split(',').map((secret) => secret.trim());
  return secrets.every((secret) => Buffer.byteLength(secret) >= leastSecretBytes)
    ? accept(secrets)
    : refuse(`at least ${leastSecretBytes} bytes long. Separate several with commas; each must be that long`);
};

/** RFC 6750 §2.1: the characters of a bearer token. */
export const bearerTokens: Parse<readonly string[]> = (text) => {
  const tokens = text.split(',').map((token) => token.trim());
  return tokens.every((token) => /^[A-Za-z0-9._~+/-]{16,}=*$/.test(token))
    ? accept(tokens)
    : refuse(
        'at least 16 characters from letters, digits and -._~+/ only. Separate several with commas; the rule applies to each',
      );
};
