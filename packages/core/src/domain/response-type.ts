// Response types (OAuth 2.0 Multiple Response Type Encoding Practices §3 and §5): a set of words, in any order.
import type { Client } from './client.ts';

const canonical = (responseType: string): string =>
  [...new Set(responseType.split(' ').filter((word) => word !== ''))].sort().join(' ');

/** RFC 7591 §2: without a registered value only `code`. Each registered entry is one combination, to be used whole. */
export const allowsResponseType = ({ metadata: { responseTypes } }: Client, responseType: string): boolean => {
  const wanted = canonical(responseType);
  return responseTypes.length === 0
    ? wanted === 'code'
    : responseTypes.some((registered) => canonical(registered) === wanted);
};

/** What the authorization endpoint can answer. */
export const isSupportedResponseType = (responseType: string): boolean => canonical(responseType) === 'code';
