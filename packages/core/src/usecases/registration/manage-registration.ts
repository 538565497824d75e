// A client reads, replaces and deletes its own registration with its registration access token (RFC 7592 §2).
import { type Client, type ClientMetadata, usesSecret, withSecret } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { System } from '../../ports/system.ts';
import { isSecretOf, keepSecret, rekeepSecret, secretBytes } from '../clients/client-secret.ts';
import { checkMetadata, type MetadataDeps } from './check-metadata.ts';
import { readRegistrationToken } from './registration-token.ts';
import type { RegisteredClient, RegistrationAccess, ReplaceRegistration } from './registration-use-cases.ts';

interface Deps extends MetadataDeps {
  readonly clients: ClientStore;
  readonly system: System;
  readonly events: EventSink | null;
  readonly deleteClient: (id: string, origin?: Origin) => Promise<boolean>;
}

/** A full replacement does not depend on what was there, so losing a race only means reading the client again. */
const attempts = 5;

export const makeManageRegistration = (deps: Deps) => {
  const { clients, system, deleteClient } = deps;

  /** Throws invalid_token, also if the client does not exist (RFC 7592 §2.1). */
  const open = async ({
    clientId,
    registrationToken,
  }: RegistrationAccess): Promise<{ readonly client: Client; readonly registrationToken: string }> => {
    const hash =
      registrationToken === undefined ? undefined : readRegistrationToken(system, clientId, registrationToken);
    const client = hash === undefined ? undefined : await clients.find(clientId);
    const known = client?.registrationTokenHash;
    if (
      registrationToken === undefined ||
      !hash ||
      client === undefined ||
      known === undefined ||
      !system.digest.equal(hash, known)
    ) {
      throw oauthError(
        'invalid_token',
        registrationToken === undefined ? '' : 'The registration access token does not belong to this client.',
      );
    }
    return { client, registrationToken };
  };

  /** RFC 7592 §2.2: a client may repeat its secret, and never choose one. */
  const checkSecret = async (client: Client, sent: string | undefined): Promise<void> => {
    if (sent !== undefined && !(await isSecretOf(system, client, sent))) {
      throw oauthError('invalid_client_metadata', 'client_secret does not match the current secret of the client.');
    }
  };

  const replaceOnce = async (command: ReplaceRegistration): Promise<RegisteredClient | 'stale'> => {
    const { client: current, registrationToken } = await open(command);
    await checkSecret(current, command.secret);
    const metadata = await checkMetadata(deps, command.metadata, current.metadata);
    const secret = needsSecret(current, metadata) ? system.random.base64url(secretBytes) : null;
    const storedSecret =
      secret === null
        ? await rekeepSecret(system, current, metadata)
        : await keepSecret(system, { id: current.id, metadata, secret, generated: true });
    const client: Client = {
      ...current,
      ...withSecret(metadata, storedSecret),
      updatedAt: system.clock.now(),
      version: current.version + 1,
    };
    return (await clients.replace(client, current.version)) === 'stale'
      ? 'stale'
      : { client, secret, registrationToken };
  };

  return {
    read: async (access: RegistrationAccess): Promise<RegisteredClient> => ({
      ...(await open(access)),
      secret: null,
    }),

    async replace(command: ReplaceRegistration): Promise<RegisteredClient> {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const replaced = await replaceOnce(command);
        if (replaced === 'stale') continue;
        deps.events?.record({ type: 'OAuth2ClientUpdated', clientId: command.clientId, origin: command.origin });
        return replaced;
      }
      throw oauthError('temporarily_unavailable', 'Another request changed the client at the same time. Try again.');
    },

    async remove(access: RegistrationAccess): Promise<void> {
      await deleteClient((await open(access)).client.id, access.origin);
    },
  };
};

/** The new method needs a secret that the client never received, or of which only the hash is stored. */
const needsSecret = (current: Client, next: ClientMetadata): boolean =>
  usesSecret({ metadata: next }) &&
  (!usesSecret(current) ||
    (next.tokenEndpointAuthMethod === 'client_secret_jwt' &&
      current.metadata.tokenEndpointAuthMethod !== 'client_secret_jwt'));
