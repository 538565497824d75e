// Introspection for clients (RFC 7662 §2.1). A client sees its own tokens, and access tokens whose audience includes
// it. Any other token gets the reply for an invalid one (§4: a caller that tries out tokens must learn nothing).
import { isPublic } from '../../domain/client.ts';
import { firstNotAllowed } from '../../domain/scope.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { Settings } from '../../settings.ts';
import type { IdentifySubject } from '../subject-identifier.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { ActiveToken, FindActiveToken, IntrospectedToken } from './introspect.ts';

export type IntrospectAsClient = (
  client: AuthenticatedClient,
  token: string,
  scopes: readonly string[],
) => Promise<IntrospectedToken | undefined>;

interface Deps {
  readonly findActiveToken: FindActiveToken;
  readonly identifySubject: IdentifySubject;
  readonly settings: Pick<Settings, 'scopeStrategy'>;
}

/** An API is a client whose id is in the token's audience. It never sees refresh tokens. */
const isMeantFor = ({ kind, audience }: ActiveToken, { id }: AuthenticatedClient): boolean =>
  kind === 'access' && audience.includes(id);

/** Throws invalid_client for a public client: anybody can claim to be it. */
export const makeIntrospectAsClient = ({ findActiveToken, identifySubject, settings }: Deps): IntrospectAsClient => {
  /** OpenID Connect Core §8: a caller sees only the identifier of the person that was issued for it. */
  const subjectFor = (client: AuthenticatedClient, { grant, subject }: ActiveToken): string => {
    if (!grant) return subject;
    return grant.clientId === client.id ? grant.subjectIdentifier : identifySubject(client, subject, null);
  };

  return async (client, token, scopes) => {
    if (isPublic(client)) throw oauthError('invalid_client', 'A public client cannot introspect tokens.');
    const active = await findActiveToken(token);
    if (!active || firstNotAllowed(settings.scopeStrategy, active.scope, scopes) !== undefined) return undefined;
    const meant = isMeantFor(active, client);
    if (!meant && active.client.id !== client.id) return undefined;
    const { grant: _kept, ...rest } = active;
    // What the consent app attached is for APIs (RFC 7662 §2.2: the answer may differ by who asks).
    const extra = meant ? active.extra : {};
    return { ...rest, subject: subjectFor(client, active), extra, obfuscatedSubject: '' };
  };
};
