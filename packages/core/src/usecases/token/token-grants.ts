// The token endpoint's grants (RFC 6749 §4). A grant declares what it is; the checks that all grants share run here,
// once.
import type { Parameters } from '../../domain/authorization-request.ts';
import { allowsGrantType, isPublic } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import { type OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { TokenResponse } from './mint-pair.ts';

/** One grant. Its methods throw OAuthError. */
export interface TokenGrant<Request = unknown> {
  readonly grantType: string;
  /** Refuses public clients: anyone can claim to be one. */
  readonly needsConfidentialClient: boolean;
  /**
   * When a client may not use the grant: `first` refuses before the parameters are read, `last` refuses after
   * faults of the parameters have been reported. Either way the client is refused before `run`.
   */
  readonly refuseClient: 'first' | 'last';
  /** Reads every parameter that the grant uses. Neither `run` nor anything after it sees the raw form. */
  parse(parameters: Parameters, client: AuthenticatedClient): Request;
  run(client: AuthenticatedClient, request: Request, origin: Origin): Promise<TokenResponse>;
}

export type RunGrant = (
  client: AuthenticatedClient,
  grantType: string,
  parameters: Parameters,
  origin: Origin,
) => Promise<TokenResponse>;

/** RFC 6749 §5.2, unauthorized_client. */
const refusalOf = (client: AuthenticatedClient, grant: TokenGrant): OAuthError | null => {
  const { grantType } = grant;
  if (grant.needsConfidentialClient && isPublic(client)) {
    return oauthError('unauthorized_client', `A public client cannot use ${grantType}.`);
  }
  if (allowsGrantType(client, grantType)) return null;
  return oauthError('unauthorized_client', `The client is not registered for the grant type ${grantType}.`);
};

/** Continues the phases of the token endpoint, which has read the parameters and authenticated the client. */
export const makeRunGrant = (grants: readonly TokenGrant[]): RunGrant => {
  const byType = new Map(grants.map((grant) => [grant.grantType, grant]));
  return async (client, grantType, parameters, origin) => {
    // 4. The grant type is known (RFC 6749 §5.2).
    const grant = byType.get(grantType);
    if (!grant)
      throw oauthError('unsupported_grant_type', `The server does not support the grant type "${grantType}".`);
    // 5. The client may use it.
    const refusal = refusalOf(client, grant);
    if (refusal && grant.refuseClient === 'first') throw refusal;
    // 6. The grant's own parameters are read.
    const request = grant.parse(parameters, client);
    if (refusal) throw refusal;
    // 7. Tokens are issued.
    return grant.run(client, request, origin);
  };
};
