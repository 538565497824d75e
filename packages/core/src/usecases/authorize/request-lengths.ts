// The maximum lengths of an authorization request and its parameters. Anyone can send a request, and it is stored until
// its flow expires.
import type { Parameters } from '../../domain/authorization-request.ts';
import { oauthError } from '../../errors/oauth-error.ts';

/** Characters. */
export const longestRequest = 16_384;

/**
 * Measures the URL as received, and as it returns after login and consent: re-encoded, without the verifier. Throws
 * invalid_request.
 */
export const checkRequestLength = (url: string): void => {
  const query = new URL(url).searchParams.toString();
  if (Math.max(url.length, query.length) > longestRequest) {
    throw oauthError('invalid_request', `The request is longer than ${longestRequest} characters.`);
  }
};

const kibibyte = 1024;

/**
 * Bytes of UTF-8. Other parameters must match the client's registration, or are bounded by the length of the request.
 */
const longest: Readonly<Record<string, number>> = {
  state: 8 * kibibyte,
  id_token_hint: 8 * kibibyte,
  claims: 8 * kibibyte,
  nonce: 2 * kibibyte,
  login_hint: 2 * kibibyte,
  display: 2 * kibibyte,
  acr_values: 2 * kibibyte,
  ui_locales: 2 * kibibyte,
  claims_locales: 2 * kibibyte,
};

/** A UTF-16 unit has at most three bytes in UTF-8, so short texts need not be counted. */
const isLonger = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;

/** Throws invalid_request. */
export const checkParameterLengths = (parameters: Parameters): void => {
  for (const name in parameters) {
    const most = Object.hasOwn(longest, name) ? longest[name] : undefined;
    if (most !== undefined && isLonger(parameters[name] ?? '', most)) {
      throw oauthError('invalid_request', `The parameter "${name}" has more than ${most} bytes.`);
    }
  }
};
