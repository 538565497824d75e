// Token revocation (RFC 7009 §2.1): revoking either token of a grant revokes the whole grant.
import type { Origin } from '../../domain/event.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { Clock } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { ReadAnyToken } from './read-any-token.ts';

interface Deps {
  readonly clock: Clock;
  readonly tokens: TokenStore;
  readonly events: EventSink | null;
  readonly readAnyToken: ReadAnyToken;
}

/** Does nothing, silently, for a token that is unknown or another client's (RFC 7009 §2.2: the answer is the same). */
export const makeRevoke =
  ({ clock, tokens, events, readAnyToken }: Deps) =>
  async (client: AuthenticatedClient, token: string, origin: Origin): Promise<void> => {
    const read = await readAnyToken(token);
    if (!read || read.kind === 'authorization-code') return;
    const now = clock.now();
    const found = await tokens.findToken(read.key, now);
    const clientId = client.id;
    if (found?.owner === 'client' && found.token.clientId === clientId && (await tokens.removeToken(read.key))) {
      events?.record({ type: 'OAuth2AccessTokenRevoked', clientId, subject: clientId, grantId: null, origin });
    }
    if (found?.owner !== 'grant' || found.grant.clientId !== clientId) return;
    const { id: grantId, subject } = found.grant;
    if (!(await tokens.revokeGrant(grantId, now))) return;
    const type = found.token.kind === 'refresh' ? 'OAuth2RefreshTokenRevoked' : 'OAuth2AccessTokenRevoked';
    events?.record({ type, clientId, subject, grantId, origin });
  };
