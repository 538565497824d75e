// The client credentials grant (RFC 6749 §4.4): a client acts for itself.
import { requestedAudience } from '../../../domain/audience.ts';
import { allowsGrantType, isPublic } from '../../../domain/client.ts';
import { firstNotAllowed, notAllowedHint, parseScope, readScope } from '../../../domain/scope.ts';
import { after } from '../../../domain/time.ts';
import { oauthError } from '../../../errors/oauth-error.ts';
import type { System } from '../../../ports/system.ts';
import type { TokenStore } from '../../../ports/token-store.ts';
import type { Settings } from '../../../settings.ts';
import type { TokenGrant } from '../exchange-token.ts';
import type { MintAccessToken } from '../mint-access-token.ts';

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly tokens: TokenStore;
  readonly mintAccessToken: MintAccessToken;
}

export const makeClientCredentialsGrant =
  ({ system, settings, tokens, mintAccessToken }: Deps): TokenGrant =>
  async (client, parameters) => {
    const scope = readScope(parameters.scope ?? '');
    const excess = firstNotAllowed(settings.scopeStrategy, parseScope(client.metadata.scope), scope);
    if (excess !== undefined) throw oauthError('invalid_scope', notAllowedHint(excess, client.metadata.scope));
    const audience = requestedAudience(parameters, client.metadata.audience, 'is not registered for the client.');
    // RFC 6749 §4.4: only for confidential clients.
    if (isPublic(client)) throw oauthError('unauthorized_client', 'A public client cannot use client_credentials.');
    if (!allowsGrantType(client, 'client_credentials')) {
      throw oauthError('unauthorized_client', 'The client is not registered for the grant type client_credentials.');
    }
    const issuedAt = system.clock.now();
    const expiresAt = after(issuedAt, settings.accessTokenLifespan);
    const { secret, key } = await mintAccessToken({ client, grant: null, scope, audience, issuedAt, expiresAt });
    const { id: clientId, incarnation: clientIncarnation } = client;
    await tokens.saveClientToken({ key, clientId, clientIncarnation, scope, audience, issuedAt, expiresAt });
    return { accessToken: secret, expiresIn: settings.accessTokenLifespan, scope };
  };
