// POST /oauth2/token (RFC 6749 §3.2).

import type { Parameters } from '../domain/authorization-request.ts';
import type { JsonObject } from '../domain/json.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { AuthenticateClient } from '../usecases/token/authenticate-client.ts';
import type { TokenResponse } from '../usecases/token/mint-pair.ts';
import type { RunGrant } from '../usecases/token/token-grants.ts';
import { readClientCredentials } from './client-credentials.ts';
import type { ErrorReplies } from './error-reply.ts';
import { readParameters } from './parameters.ts';
import { freshJsonReply } from './reply.ts';
import type { Endpoint, WireRequest } from './wire.ts';

interface Deps {
  readonly authenticateClient: AuthenticateClient;
  readonly runGrant: RunGrant;
  readonly errors: ErrorReplies;
}

/** The form's parameters, each at most once. Throws invalid_request. */
export const readForm = (request: WireRequest): Parameters => {
  if (request.form === null)
    throw oauthError('invalid_request', 'The body must be a form (application/x-www-form-urlencoded).');
  if (request.form.size === 0) throw oauthError('invalid_request', 'The body is empty; it must be a form.');
  const { values, repeated } = readParameters(request.form);
  if (repeated[0] !== undefined)
    throw oauthError('invalid_request', `The parameter "${repeated[0]}" is given more than once.`);
  return values;
};

/** RFC 6749 §5.1. The 2018 API writes the token type in lower case; it is not case-sensitive. */
const present = ({ accessToken, expiresIn, scope, refreshToken, idToken }: TokenResponse): JsonObject => {
  const members: Record<string, string | number> = { access_token: accessToken, expires_in: expiresIn };
  if (idToken !== undefined) members.id_token = idToken;
  if (refreshToken !== undefined) members.refresh_token = refreshToken;
  members.scope = scope.join(' ');
  members.token_type = 'bearer';
  return members;
};

export const makeTokenEndpoint =
  ({ authenticateClient, runGrant, errors }: Deps): Endpoint =>
  async (request) => {
    let grantType: string | undefined;
    let clientId: string | undefined;
    try {
      // 1. The request is a form, with each parameter once.
      const parameters = readForm(request);
      // 2. It names a grant type.
      grantType = parameters.grant_type;
      if (grantType === undefined) throw oauthError('invalid_request', 'The parameter "grant_type" is missing.');
      const { notes } = request;
      if (notes) notes.grantType = grantType;
      // 3. The client is authenticated.
      const credentials = readClientCredentials(request.header('authorization'), parameters);
      clientId = credentials.id;
      const client = await authenticateClient(credentials, request);
      // Steps 4 to 7 are in token-grants.ts.
      const response = await runGrant(client, grantType, parameters, request);
      if (notes) notes.subject = response.subject ?? '';
      return freshJsonReply(200, present(response));
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request, { endpoint: 'token', clientId, grantType }));
    }
  };
