// Token revocation (RFC 7009 §2.1): revoking either token of a grant revokes the whole grant.
import type { Clock } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { ReadAnyToken } from './read-any-token.ts';

interface Deps {
  readonly clock: Clock;
  readonly tokens: TokenStore;
  readonly readAnyToken: ReadAnyToken;
}

/** Does nothing, silently, for a token that is unknown or another client's (RFC 7009 §2.2: the answer is the same). */
export const makeRevoke =
  ({ clock, tokens, readAnyToken }: Deps) =>
  async (client: AuthenticatedClient, token: string): Promise<void> => {
    const read = await readAnyToken(token);
    if (!read || read.kind === 'authorization-code') return;
    const now = clock.now();
    const found = await tokens.findToken(read.key, now);
    if (found?.owner === 'client' && found.token.clientId === client.id) await tokens.removeToken(read.key);
    if (found?.owner === 'grant' && found.grant.clientId === client.id) await tokens.revokeGrant(found.grant.id, now);
  };
