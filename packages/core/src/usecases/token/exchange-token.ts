// The token endpoint's table: grant type -> grant (RFC 6749 §4). An unknown one is unsupported_grant_type (§5.2).
import type { Parameters } from '../../domain/authorization-request.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { TokenResponse } from './issue-tokens.ts';

/** One grant: rules and issuing, for a client that has proved who it is. Throws OAuthError. */
export type TokenGrant = (client: AuthenticatedClient, parameters: Parameters) => Promise<TokenResponse>;

export type GrantTable = Readonly<Record<'authorization_code' | 'refresh_token' | 'client_credentials', TokenGrant>>;

export const makeExchangeToken = (table: GrantTable) => {
  const grants = new Map<string, TokenGrant>(Object.entries(table));
  return async (client: AuthenticatedClient, grantType: string, parameters: Parameters): Promise<TokenResponse> => {
    const grant = grants.get(grantType);
    if (!grant) throw oauthError('unsupported_grant_type', `The server has no grant type "${grantType}".`);
    return grant(client, parameters);
  };
};
