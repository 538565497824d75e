// How long each parameter of an authorization request may be. Each is kept until the flow expires, and anyone can send one.
import type { Parameters } from '../../domain/authorization-request.ts';
import { oauthError } from '../../errors/oauth-error.ts';

const kibibyte = 1024;

/** Bytes of UTF-8. What is not named here must match what the client registered, or is bounded by the request's own length. */
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
