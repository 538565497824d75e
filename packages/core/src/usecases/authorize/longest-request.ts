// How long an authorization request may be. Anyone can make one, and each is kept until its flow expires.
import { oauthError } from '../../errors/oauth-error.ts';

/** Characters. */
export const longestRequest = 16_384;

/** Of the URL as it comes back after login and consent, encoded anew, but for the verifier. Throws invalid_request. */
export const checkLength = (url: string): void => {
  const query = new URL(url).searchParams.toString();
  if (Math.max(url.length, query.length) > longestRequest) {
    throw oauthError('invalid_request', `The request is longer than ${longestRequest} characters.`);
  }
};
