// Compares a client with its declaration. A declaration is a whole registration: a member that it lacks has its default.
import {
  authMethodStatement,
  type Client,
  type ClientMetadata,
  emptyClientMetadata,
  isAuthMethodUnstated,
  type ProposedMetadata,
  type StatedMetadata,
  usesSecret,
  withSecret,
} from '../../domain/client.ts';
import { equalJson, type JsonObject } from '../../domain/json.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { System } from '../../ports/system.ts';
import { checkKeptSecret, isSecretOf, keepSecret, rekeepSecret } from '../clients/client-secret.ts';
import type { DeclaredClient, MemberChange } from './declarations.ts';

type Secrets = Pick<System, 'cipher' | 'digest' | 'secretHasher'>;

/** A declaration that passed the rules for metadata, with defaults. */
export interface CheckedClient extends DeclaredClient {
  readonly registered: ClientMetadata;
}

/** RFC 6749 §2.1. Throws invalid_request. */
const checkSecret = (declared: CheckedClient, current: Client | undefined): void => {
  const { secret, registered: metadata } = declared;
  if (secret !== undefined) {
    if (metadata.tokenEndpointAuthMethod === 'none') {
      throw oauthError('invalid_request', 'client_secret must be left out, because a public client has none.');
    }
    checkKeptSecret(metadata, secret);
  } else if (usesSecret({ metadata }) && (current?.storedSecret ?? null) === null) {
    throw oauthError('invalid_request', 'client_secret must be set, because the client has none yet.');
  }
};

const isNewSecret = async (secrets: Secrets, { secret }: DeclaredClient, current: Client): Promise<boolean> =>
  secret !== undefined && !(await isSecretOf(secrets, current, secret));

/** The members that have to change, empty if the client equals its declaration. Throws invalid_request. */
export const changesOf = async (
  secrets: Secrets,
  declared: CheckedClient,
  current: Client | undefined,
): Promise<readonly MemberChange[]> => {
  checkSecret(declared, current);
  const { registered } = declared;
  const statement = authMethodStatement(declared.metadata.tokenEndpointAuthMethod, current);
  const before = current ? shown(current) : asJson(emptyClientMetadata);
  const after = shown({ metadata: registered, ...statement });
  const changes: MemberChange[] = Object.keys(emptyClientMetadata)
    .filter((member) => !equalJson(before[member], after[member]))
    .map((member) => ({ member, from: before[member], to: after[member] }));
  if (!current) return declared.secret === undefined ? changes : [...changes, { member: 'secret' }];
  if (await isNewSecret(secrets, declared, current)) return [...changes, { member: 'secret' }];
  if (declared.secret === undefined) await rekeepSecret(secrets, current, registered);
  return changes;
};

/** An authentication method that was not set is null. */
const shown = (client: StatedMetadata): JsonObject =>
  isAuthMethodUnstated(client)
    ? { ...asJson(client.metadata), tokenEndpointAuthMethod: null }
    : asJson(client.metadata);

const asJson = (metadata: ProposedMetadata | ClientMetadata): JsonObject => ({ ...metadata }) as unknown as JsonObject;

/** What the declaration decides of a client, with the secret as it is stored. */
export const declaredParts = async (
  secrets: Secrets,
  declared: CheckedClient,
  changes: readonly MemberChange[],
  current: Client | undefined,
) => {
  const { id, registered: metadata, secret } = declared;
  const isRekept = changes.some(({ member }) => member === 'secret' || member === 'tokenEndpointAuthMethod');
  const kept = current ? () => rekeepSecret(secrets, current, metadata) : () => null;
  const storedSecret =
    secret !== undefined && isRekept
      ? await keepSecret(secrets, { id, metadata, secret, generated: false })
      : await kept();
  return {
    ...withSecret(metadata, storedSecret),
    ...authMethodStatement(declared.metadata.tokenEndpointAuthMethod, current),
    declared: true as const,
  };
};
