// Token introspection (RFC 7662 §2): is this token active, and what does it allow?
import { belongsToRegistration, type Client } from '../../domain/client.ts';
import type { JsonObject } from '../../domain/json.ts';
import { firstNotAllowed } from '../../domain/scope.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/system.ts';
import type { FoundToken, TokenStore } from '../../ports/token-store.ts';
import type { Settings } from '../../settings.ts';
import type { FindClient } from '../clients/client-cache.ts';
import type { ReadAnyToken } from './read-any-token.ts';

/** The properties of an active token. */
export interface ActiveToken {
  readonly kind: 'access' | 'refresh';
  readonly client: Client;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
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
  readonly clients: FindClient;
  readonly readAnyToken: ReadAnyToken;
}

const describe = (found: FoundToken, client: Client): ActiveToken | undefined => {
  const { issuedAt, expiresAt } = found.token;
  if (found.owner === 'client') {
    const { scope, audience } = found.token;
    if (!belongsToRegistration(found.token, client, issuedAt)) return undefined;
    return {
      kind: 'access',
      client,
      scope,
      audience,
      subject: client.id,
      issuedAt,
      expiresAt,
      extra: {},
      grant: null,
    };
  }
  const { grant } = found;
  if (found.rotated || !belongsToRegistration(grant, client, grant.createdAt)) return undefined;
  return {
    kind: found.token.kind,
    client,
    scope: found.token.scope ?? grant.scope,
    audience: found.token.audience ?? grant.audience,
    subject: grant.subject,
    issuedAt,
    expiresAt,
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

/** The result of introspecting a token. */
export interface IntrospectedToken extends Omit<ActiveToken, 'grant'> {
  /** The client's own identifier for the subject, '' if it is the subject itself. */
  readonly obfuscatedSubject: string;
}

/**
 * For administrators: everything. Also undefined when the token lacks one of the scopes (2018 API, form member
 * `scope`).
 */
export const makeIntrospect =
  (findActiveToken: FindActiveToken, { scopeStrategy }: Pick<Settings, 'scopeStrategy'>) =>
  async (token: string, scopes: readonly string[]): Promise<IntrospectedToken | undefined> => {
    const active = await findActiveToken(token);
    if (!active || firstNotAllowed(scopeStrategy, active.scope, scopes) !== undefined) return undefined;
    const { kind, client, scope, audience, subject, issuedAt, expiresAt, extra, grant } = active;
    const identifier = grant?.subjectIdentifier ?? subject;
    const obfuscatedSubject = identifier === subject ? '' : identifier;
    return { kind, client, scope, audience, subject, issuedAt, expiresAt, extra, obfuscatedSubject };
  };
