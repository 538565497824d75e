// Registers a client.
import { authMethodStatement, type Client, isPublic, type ProposedMetadata, withSecret } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { System } from '../../ports/system.ts';
import { acceptRegistration, type RegistrationDeps } from './accept-registration.ts';
import { keepSecret, secretBytes } from './client-secret.ts';
import { generateIncarnation } from './incarnation.ts';

export interface CreateClient {
  /** Not empty. The server generates one by default. */
  readonly id?: string | undefined;
  /** The server generates one by default. */
  readonly secret?: string | undefined;
  readonly metadata: ProposedMetadata;
}

export type CreateClientResult =
  | {
      readonly outcome: 'created';
      readonly client: Client;
      /** The secret in clear, shown once; null for a public client. */
      readonly secret: string | null;
    }
  | { readonly outcome: 'exists' };

export const makeCreateClient =
  (
    deps: RegistrationDeps & {
      clients: ClientStore;
      events: EventSink | null;
      system: Pick<System, 'clock' | 'random' | 'cipher' | 'secretHasher'>;
    },
  ) =>
  async (command: CreateClient, origin?: Origin): Promise<CreateClientResult> => {
    const { clock, random } = deps.system;
    if (command.id === '') throw oauthError('invalid_request', 'client_id must not be empty.');
    const metadata = await acceptRegistration(deps, command);
    const now = clock.now();
    const id = command.id ?? random.uuid();
    const secret = command.secret ?? random.base64url(secretBytes);
    const client: Client = {
      id,
      ...withSecret(
        metadata,
        await keepSecret(deps.system, { id, metadata, secret, generated: command.secret === undefined }),
      ),
      incarnation: generateIncarnation(random),
      createdAt: now,
      updatedAt: now,
      version: 1,
      ...authMethodStatement(command.metadata.tokenEndpointAuthMethod),
    };
    if ((await deps.clients.create(client)) === 'exists') return { outcome: 'exists' };
    deps.events?.record({ type: 'OAuth2ClientCreated', clientId: id, origin });
    // A public client cannot keep a secret, so nobody may rely on one (RFC 6749 §2.1).
    return { outcome: 'created', client, secret: isPublic(client) ? null : secret };
  };
