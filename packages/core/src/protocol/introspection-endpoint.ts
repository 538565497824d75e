// POST /oauth2/introspect (RFC 7662 §2). On the admin listener it asks for no authentication, as in the 2018 API; on the
// public one a client has to say who it is, and is told of its own business only.
import type { JsonObject } from '../domain/json.ts';
import { parseScope } from '../domain/scope.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { AuthenticateClient } from '../usecases/token/authenticate-client.ts';
import type { IntrospectedToken } from '../usecases/token/introspect.ts';
import type { IntrospectAsClient } from '../usecases/token/introspect-as-client.ts';
import { readClientCredentials } from './client-credentials.ts';
import type { ErrorReplies } from './error-reply.ts';
import { jsonReply, noStore } from './reply.ts';
import { readForm } from './token-endpoint.ts';
import type { Endpoint, WireReply } from './wire.ts';

interface Deps {
  readonly issuer: string;
  readonly introspect: (token: string, scopes: readonly string[]) => Promise<IntrospectedToken | undefined>;
  readonly errors: ErrorReplies;
}

interface ClientDeps {
  readonly issuer: string;
  readonly authenticateClient: AuthenticateClient;
  readonly introspectAsClient: IntrospectAsClient;
  readonly errors: ErrorReplies;
}

/** RFC 7662 §2.2, with the members of the 2018 API: `ext`, and what kind of token it is in `token_type`. */
const members = (
  { kind, client, scope, audience, subject, obfuscatedSubject, issuedAt, expiresAt, extra }: IntrospectedToken,
  issuer: string,
): JsonObject => ({
  active: true,
  ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
  client_id: client.id,
  ...(audience.length > 0 ? { aud: audience } : {}),
  sub: subject,
  ...(obfuscatedSubject === '' ? {} : { obfuscated_subject: obfuscatedSubject }),
  exp: expiresAt,
  iat: issuedAt,
  iss: issuer,
  token_type: `${kind}_token`,
  ...(Object.keys(extra).length > 0 ? { ext: extra } : {}),
});

/** RFC 7662 §2.2: why a token is not active is nobody's business. */
const present = (token: IntrospectedToken | undefined, issuer: string): WireReply =>
  jsonReply(200, token ? members(token, issuer) : { active: false }, noStore);

export const makeIntrospectionEndpoint =
  ({ issuer, introspect, errors }: Deps): Endpoint =>
  async (request) => {
    try {
      const { token = '', scope = '' } = readForm(request);
      return present(await introspect(token, parseScope(scope)), issuer);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown));
    }
  };

export const makeClientIntrospectionEndpoint =
  ({ issuer, authenticateClient, introspectAsClient, errors }: ClientDeps): Endpoint =>
  async (request) => {
    try {
      const parameters = readForm(request);
      const client = await authenticateClient(readClientCredentials(request.header('authorization'), parameters));
      const { token = '', scope = '' } = parameters;
      // RFC 7662 §2.1: token is required.
      if (token === '') throw oauthError('invalid_request', 'The parameter "token" is missing.');
      return present(await introspectAsClient(client, token, parseScope(scope)), issuer);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown));
    }
  };
