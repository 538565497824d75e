// The client credentials grant (RFC 6749 §4.4): a client acts on its own behalf.
import { requestedAudience } from '../../../domain/audience.ts';
import { accessTokenLifespan } from '../../../domain/client-lifespans.ts';
import { firstNotAllowed, notAllowedHint, parseScope, readScope } from '../../../domain/scope.ts';
import { after } from '../../../domain/time.ts';
import { oauthError } from '../../../errors/oauth-error.ts';
import type { EventSink } from '../../../ports/event-sink.ts';
import type { System } from '../../../ports/system.ts';
import type { TokenStore } from '../../../ports/token-store.ts';
import type { Settings } from '../../../settings.ts';
import type { MintAccessToken } from '../mint-access-token.ts';
import { tokenIssued } from '../token-events.ts';
import type { TokenGrant } from '../token-grants.ts';

const grantType = 'client_credentials';

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly tokens: TokenStore;
  readonly events: EventSink | null;
  readonly mintAccessToken: MintAccessToken;
}

interface ClientCredentialsRequest {
  readonly scope: readonly string[];
  readonly audience: readonly string[];
}

export const makeClientCredentialsGrant = ({
  system,
  settings,
  tokens,
  events,
  mintAccessToken,
}: Deps): TokenGrant<ClientCredentialsRequest> => ({
  grantType,
  // RFC 6749 §4.4: only for confidential clients.
  needsConfidentialClient: true,
  // The 2018 server checks scope and audience before the client's registration; its recordings depend on that order.
  refuseClient: 'last',

  parse(parameters, { metadata }) {
    const scope = readScope(parameters.scope ?? '');
    const excess = firstNotAllowed(settings.scopeStrategy, parseScope(metadata.scope), scope);
    if (excess !== undefined) throw oauthError('invalid_scope', notAllowedHint(excess, metadata.scope));
    return { scope, audience: requestedAudience(parameters, metadata.audience, 'is not registered for the client.') };
  },

  async run(client, { scope, audience }, origin) {
    const issuedAt = system.clock.now();
    const expiresIn = accessTokenLifespan(client, grantType, settings);
    const expiresAt = after(issuedAt, expiresIn);
    const { secret, key } = await mintAccessToken({ client, grant: null, scope, audience, issuedAt, expiresAt });
    const { id: clientId, incarnation: clientIncarnation } = client;
    await tokens.saveClientToken({ key, clientId, clientIncarnation, scope, audience, issuedAt, expiresAt });
    events?.record(tokenIssued({ grantType, client, grant: null, settings, origin }, {}));
    return { accessToken: secret, expiresIn, scope };
  },
});
