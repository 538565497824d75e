// Token introspection (RFC 7662 §2): is this token good, and what for?
import { type Client, isOf } from '../../domain/client.ts';
import type { JsonObject } from '../../domain/json.ts';
import { firstNotAllowed } from '../../domain/scope.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { Clock } from '../../ports/system.ts';
import type { FoundToken, TokenStore } from '../../ports/token-store.ts';
import type { Settings } from '../../settings.ts';
import type { ReadAnyToken } from './read-any-token.ts';

/** What is known of a token that is good. */
export interface ActiveToken {
  readonly kind: 'access' | 'refresh';
  readonly client: Client;
  readonly scope: readonly string[];
  /** The person, or the client for its own token. */
  readonly subject: string;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  /** What the consent app attached for resource servers. */
  readonly extra: JsonObject;
  /** null for a client's own token. */
  readonly grant: Extract<FoundToken, { owner: 'grant' }>['grant'] | null;
}

export type FindActiveToken = (token: string) => Promise<ActiveToken | undefined>;

interface Deps {
  readonly clock: Clock;
  readonly tokens: TokenStore;
  readonly clients: ClientStore;
  readonly readAnyToken: ReadAnyToken;
}

const describe = (found: FoundToken, client: Client): ActiveToken | undefined => {
  const { token } = found;
  const common = { client, issuedAt: token.issuedAt, expiresAt: token.expiresAt };
  if (found.owner === 'client') {
    if (!isOf(client, found.token.clientId, token.issuedAt)) return undefined;
    return { ...common, kind: 'access', scope: found.token.scope, subject: client.id, extra: {}, grant: null };
  }
  const { grant } = found;
  if (found.rotated || !isOf(client, grant.clientId, grant.createdAt)) return undefined;
  return {
    ...common,
    kind: found.token.kind,
    scope: found.token.scope ?? grant.scope,
    subject: grant.subject,
    extra: grant.session.accessToken,
    grant,
  };
};

/** Undefined for anything that is not an active access or refresh token of an existing client. */
export const makeFindActiveToken =
  ({ clock, tokens, clients, readAnyToken }: Deps): FindActiveToken =>
  async (token) => {
    const read = await readAnyToken(token);
    if (!read || read.kind === 'authorization-code') return undefined;
    const found = await tokens.findToken(read.key, clock.now());
    if (!found) return undefined;
    const client = await clients.find(found.owner === 'client' ? found.token.clientId : found.grant.clientId);
    return client && describe(found, client);
  };

/** Also undefined when the token lacks one of the scopes (2018 API, form member `scope`). */
export const makeIntrospect =
  (findActiveToken: FindActiveToken, { scopeStrategy }: Pick<Settings, 'scopeStrategy'>) =>
  async (token: string, scopes: readonly string[]): Promise<ActiveToken | undefined> => {
    const active = await findActiveToken(token);
    return active && firstNotAllowed(scopeStrategy, active.scope, scopes) === undefined ? active : undefined;
  };
