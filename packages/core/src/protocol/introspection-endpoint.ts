// POST /oauth2/introspect (RFC 7662 §2), for the admin listener: it asks for no authentication, as in the 2018 API.
import type { JsonObject } from '../domain/json.ts';
import { parseScope } from '../domain/scope.ts';
import type { ActiveToken } from '../usecases/token/introspect.ts';
import type { ErrorReplies } from './error-reply.ts';
import { jsonReply, noStore } from './reply.ts';
import { readForm } from './token-endpoint.ts';
import type { Endpoint } from './wire.ts';

interface Deps {
  readonly issuer: string;
  readonly introspect: (token: string, scopes: readonly string[]) => Promise<ActiveToken | undefined>;
  readonly errors: ErrorReplies;
}

/** RFC 7662 §2.2, with the members of the 2018 API: `ext`, and what kind of token it is in `token_type`. */
const present = (
  { kind, client, scope, audience, subject, issuedAt, expiresAt, extra, grant }: ActiveToken,
  issuer: string,
): JsonObject => ({
  active: true,
  ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
  client_id: client.id,
  ...(audience.length > 0 ? { aud: audience } : {}),
  sub: subject,
  ...(grant && grant.subjectIdentifier !== subject ? { obfuscated_subject: grant.subjectIdentifier } : {}),
  exp: expiresAt,
  iat: issuedAt,
  iss: issuer,
  token_type: `${kind}_token`,
  ...(Object.keys(extra).length > 0 ? { ext: extra } : {}),
});

export const makeIntrospectionEndpoint =
  ({ issuer, introspect, errors }: Deps): Endpoint =>
  async (request) => {
    try {
      const { token = '', scope = '' } = readForm(request);
      const active = await introspect(token, parseScope(scope));
      // RFC 7662 §2.2: why a token is not active is nobody's business.
      return jsonReply(200, active ? present(active, issuer) : { active: false }, noStore);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown));
    }
  };
