// POST /oauth2/revoke (RFC 7009 §2).
import type { Origin } from '../domain/event.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { AuthenticateClient, AuthenticatedClient } from '../usecases/token/authenticate-client.ts';
import { readClientCredentials } from './client-credentials.ts';
import type { ErrorReplies } from './error-reply.ts';
import { freshJsonReply } from './reply.ts';
import { readForm } from './token-endpoint.ts';
import type { Endpoint } from './wire.ts';

interface Deps {
  readonly authenticateClient: AuthenticateClient;
  readonly revoke: (client: AuthenticatedClient, token: string, origin: Origin) => Promise<void>;
  readonly errors: ErrorReplies;
}

export const makeRevocationEndpoint =
  ({ authenticateClient, revoke, errors }: Deps): Endpoint =>
  async (request) => {
    let clientId: string | undefined;
    try {
      const parameters = readForm(request);
      const credentials = readClientCredentials(request.header('authorization'), parameters);
      clientId = credentials.id;
      const client = await authenticateClient(credentials, request);
      // RFC 7009 §2.1: token is required.
      if (parameters.token === undefined) throw oauthError('invalid_request', 'The parameter "token" is missing.');
      await revoke(client, parameters.token, request);
      // RFC 7009 §2.2: clients ignore the body, but some of their libraries insist on JSON.
      return freshJsonReply(200, {});
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request, { endpoint: 'revoke', clientId }));
    }
  };
