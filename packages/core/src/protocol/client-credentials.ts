// Client credentials on the wire (RFC 6749 §2.3.1): the Authorization header or the body, never both, never the URL.
import type { Parameters } from '../domain/authorization-request.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { ClientCredentials } from '../usecases/token/authenticate-client.ts';

/** RFC 6749 Appendix B: application/x-www-form-urlencoded, before Basic's base64. */
const formDecode = (text: string): string => (/[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text);

/** UTF-8 in base64 (RFC 4648 §4), with or without padding. Throws for anything else. */
const decodeBase64 = (encoded: string): string => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw new SyntaxError('The value is not base64.');
  const bytes = atob(encoded);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant; it is UTF-8 already.
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
};

/** RFC 7617 §2. Undefined if the header has another scheme. */
const readBasic = (header: string): { readonly id: string; readonly secret: string } | undefined => {
  const encoded = /^basic +([^ ]+) *$/i.exec(header)?.[1];
  if (encoded === undefined) {
    if (/^basic\b/i.test(header))
      throw oauthError('invalid_client', 'The Basic credentials in the Authorization header are malformed.');
    return undefined;
  }
  try {
    const text = decodeBase64(encoded);
    const colon = text.indexOf(':');
    if (colon < 0) throw new SyntaxError('There is no colon.');
    return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch {
    throw oauthError(
      'invalid_client',
      'The Basic credentials in the Authorization header are not base64 of form-encoded id:secret.',
    );
  }
};

/** RFC 7521 §4.2. Undefined if there is none. */
const readAssertion = ({
  client_assertion_type: type,
  client_assertion: assertion,
}: Parameters): string | undefined => {
  if (type === undefined && assertion === undefined) return undefined;
  if (type !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    throw oauthError('invalid_request', 'The parameter "client_assertion_type" is missing or not supported.');
  }
  if (assertion === undefined) throw oauthError('invalid_request', 'The parameter "client_assertion" is missing.');
  return assertion;
};

/** Throws invalid_client when there are none, invalid_request when there is more than one kind (RFC 6749 §5.2). */
export const readClientCredentials = (authorization: string | undefined, parameters: Parameters): ClientCredentials => {
  const { client_id: id = '', client_secret: secret = '' } = parameters;
  const assertion = readAssertion(parameters);
  const basic = authorization === undefined ? undefined : readBasic(authorization);
  if (assertion !== undefined) {
    if (basic || secret !== '')
      throw oauthError(
        'invalid_request',
        'The client must authenticate with either an assertion or a secret, not both.',
      );
    return { method: 'client_assertion', id: id === '' ? undefined : id, assertion };
  }
  if (basic) {
    if (secret !== '')
      throw oauthError(
        'invalid_request',
        'The client must authenticate either in the header or in the body, not both.',
      );
    if (id !== '' && id !== basic.id)
      throw oauthError('invalid_request', 'The client_id in the body differs from the one in the header.');
    return { method: 'client_secret_basic', ...basic };
  }
  if (id === '')
    throw oauthError('invalid_client', 'There are no client credentials in the Authorization header or the body.');
  return secret === '' ? { method: 'none', id } : { method: 'client_secret_post', id, secret };
};
