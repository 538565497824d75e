// How a client authenticates with parameters of a form (RFC 6749 §2.3.1, RFC 7521 §4.2).
import { type Schema, text } from '../../openapi/operation.ts';

export const authenticationMembers: Readonly<Record<string, Schema>> = {
  client_id: text('The client, for `client_secret_post`, and for public clients (`none`).'),
  client_secret: text('The secret, for `client_secret_post`.'),
  client_assertion_type: text('`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, for an assertion.'),
  client_assertion: text(
    'A JWT that the client signed, for `private_key_jwt` and `client_secret_jwt` (RFC 7523 §2.2).',
  ),
};

const tooManyWrongSecrets = '`invalid_client`: too many wrong secrets within a minute. With `Retry-After`.';

/** RFC 6585 §4. */
export const rateLimited = '`temporarily_unavailable`: the rate limit is exceeded. With `Retry-After`.';

export const authenticationErrors = {
  401: '`invalid_client`: the client could not be authenticated. With `WWW-Authenticate: Basic`.',
  429: tooManyWrongSecrets,
};

/** The errors of an endpoint with a rate limit (CLAVIGER_RATE_LIMIT_TOKEN, CLAVIGER_RATE_LIMIT_INTROSPECTION). */
export const limitedAuthenticationErrors = {
  ...authenticationErrors,
  429: `${rateLimited} ${tooManyWrongSecrets}`,
};
