// The event of a token response.
import type { Client } from '../../domain/client.ts';
import type { DomainEvent, Origin } from '../../domain/event.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Settings } from '../../settings.ts';
import { formatFor } from './mint-access-token.ts';
import type { TokenResponse } from './mint-pair.ts';

interface Issued {
  readonly grantType: string;
  readonly client: Client;
  /** null for a client's own token. */
  readonly grant: Grant | null;
  readonly settings: Settings;
  readonly origin: Origin;
}

export const tokenIssued = (
  { grantType, client, grant, settings, origin }: Issued,
  { refreshToken, idToken }: Pick<TokenResponse, 'refreshToken' | 'idToken'>,
): DomainEvent => ({
  type: 'OAuth2AccessTokenIssued',
  clientId: client.id,
  subject: grant?.subject ?? client.id,
  grantId: grant?.id ?? null,
  grantType,
  format: formatFor(client, settings),
  withRefreshToken: refreshToken !== undefined,
  withIdToken: idToken !== undefined,
  origin,
});
