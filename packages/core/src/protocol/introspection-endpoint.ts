// POST /oauth2/introspect (RFC 7662 §2). On the admin listener it requires no authentication, as in the 2018 API. On
// the public listener a client must authenticate, and only learns about tokens that concern it.
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { readScope } from '../domain/scope.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { AuthenticateClient } from '../usecases/token/authenticate-client.ts';
import type { IntrospectedToken } from '../usecases/token/introspect.ts';
import type { IntrospectAsClient } from '../usecases/token/introspect-as-client.ts';
import { readClientCredentials } from './client-credentials.ts';
import type { ErrorReplies } from './error-reply.ts';
import { freshJsonReply } from './reply.ts';
import { readForm } from './token-endpoint.ts';
import type { Endpoint, RequestNotes, WireReply } from './wire.ts';

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
): JsonObject => {
  const told: Record<string, JsonValue> = { active: true };
  if (scope.length > 0) told.scope = scope.join(' ');
  told.client_id = client.id;
  if (audience.length > 0) told.aud = audience;
  told.sub = subject;
  if (obfuscatedSubject !== '') told.obfuscated_subject = obfuscatedSubject;
  told.exp = expiresAt;
  told.iat = issuedAt;
  told.iss = issuer;
  told.token_type = `${kind}_token`;
  if (Object.keys(extra).length > 0) told.ext = extra;
  return told;
};

/** RFC 7662 §2.2: the response does not say why a token is not active. */
const present = (token: IntrospectedToken | undefined, issuer: string): WireReply =>
  freshJsonReply(200, token ? members(token, issuer) : { active: false });

/** The subject of a client's own token is the client. */
const noteToken = (notes: RequestNotes, { client, subject }: IntrospectedToken): void => {
  notes.clientId = client.id;
  if (subject !== client.id) notes.subject = subject;
};

export const makeIntrospectionEndpoint =
  ({ issuer, introspect, errors }: Deps): Endpoint =>
  async (request) => {
    try {
      const { token = '', scope = '' } = readForm(request);
      const found = await introspect(token, readScope(scope));
      if (found && request.notes) noteToken(request.notes, found);
      return present(found, issuer);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request, { endpoint: 'introspect' }));
    }
  };

export const makeClientIntrospectionEndpoint =
  ({ issuer, authenticateClient, introspectAsClient, errors }: ClientDeps): Endpoint =>
  async (request) => {
    let clientId: string | undefined;
    try {
      const parameters = readForm(request);
      const credentials = readClientCredentials(request.header('authorization'), parameters);
      clientId = credentials.id;
      const client = await authenticateClient(credentials, request);
      const { token = '', scope = '' } = parameters;
      // RFC 7662 §2.1: token is required.
      if (token === '') throw oauthError('invalid_request', 'The parameter "token" is missing.');
      return present(await introspectAsClient(client, token, readScope(scope)), issuer);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request, { endpoint: 'introspect', clientId }));
    }
  };
