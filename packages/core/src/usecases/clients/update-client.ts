// Replaces what a client registered, as a whole. Tokens and consents stay.
import { authMethodStatement, type Client, type ProposedMetadata, withSecret } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { System } from '../../ports/system.ts';
import { acceptRegistration, type RegistrationDeps } from './accept-registration.ts';
import { keepSecret, rekeepSecret } from './client-secret.ts';

export interface UpdateClient {
  readonly id: string;
  /** Without it the client keeps the one it has. */
  readonly secret?: string | undefined;
  readonly metadata: ProposedMetadata;
}

export type UpdateClientResult =
  | { readonly outcome: 'updated'; readonly client: Client }
  | { readonly outcome: 'unknown' }
  /** Concurrent updates of the same client won every attempt. */
  | { readonly outcome: 'stale' };

/** A full replacement does not depend on what was there, so losing a race only means reading the version again. */
const attempts = 5;

export const makeUpdateClient =
  (
    deps: RegistrationDeps & {
      clients: ClientStore;
      events: EventSink | null;
      system: Pick<System, 'clock' | 'cipher' | 'secretHasher'>;
    },
  ) =>
  async (command: UpdateClient, origin?: Origin): Promise<UpdateClientResult> => {
    const { id, secret } = command;
    const metadata = await acceptRegistration(deps, command);
    if (!(await deps.clients.find(command.id))) return { outcome: 'unknown' };
    const newSecret =
      secret === undefined ? null : await keepSecret(deps.system, { id, metadata, secret, drawn: false });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const current = await deps.clients.find(command.id);
      if (!current) return { outcome: 'unknown' };
      const { authMethodUnstated: _, ...kept } = current;
      const client: Client = {
        ...kept,
        ...authMethodStatement(command.metadata.tokenEndpointAuthMethod, current),
        ...withSecret(metadata, newSecret ?? (await rekeepSecret(deps.system, current, metadata))),
        updatedAt: deps.system.clock.now(),
        version: current.version + 1,
      };
      if ((await deps.clients.replace(client, current.version)) === 'stale') continue;
      deps.events?.record({ type: 'OAuth2ClientUpdated', clientId: id, origin });
      return { outcome: 'updated', client };
    }
    return { outcome: 'stale' };
  };
