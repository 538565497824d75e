// Replaces what a client registered, as a whole, or changes a part of it. Tokens and consents stay.
import {
  authMethodStatement,
  type Client,
  type ClientMetadata,
  type ProposedMetadata,
  withSecret,
} from '../../domain/client.ts';
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

export interface ChangeClient {
  readonly id: string;
  /** Without it the client keeps the one it has. */
  readonly secret?: string | undefined;
  /** Returns the metadata after the change. Called again if a concurrent update was faster. */
  readonly change: (current: Client) => ProposedMetadata;
}

export type UpdateClientResult =
  | { readonly outcome: 'updated'; readonly client: Client }
  | { readonly outcome: 'unknown' }
  /** Concurrent updates of the same client won every attempt. */
  | { readonly outcome: 'stale' };

/** Keeps what concurrent updates wrote: after a lost race it reads the client again. */
const attempts = 5;

type Deps = RegistrationDeps & {
  clients: ClientStore;
  events: EventSink | null;
  system: Pick<System, 'clock' | 'cipher' | 'secretHasher'>;
};

interface Next {
  /** As the request names it; null for none. */
  readonly authMethod: string | null;
  readonly metadata: ClientMetadata;
  readonly storedSecret: string | null;
}

const replaceClient = async (
  deps: Deps,
  id: string,
  next: (current: Client) => Promise<Next>,
  origin: Origin | undefined,
): Promise<UpdateClientResult> => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const current = await deps.clients.find(id);
    if (!current) return { outcome: 'unknown' };
    const { authMethod, metadata, storedSecret } = await next(current);
    const { authMethodUnstated: _, ...kept } = current;
    const client: Client = {
      ...kept,
      ...authMethodStatement(authMethod, current),
      ...withSecret(metadata, storedSecret),
      updatedAt: deps.system.clock.now(),
      version: current.version + 1,
    };
    if ((await deps.clients.replace(client, current.version)) === 'stale') continue;
    deps.events?.record({ type: 'OAuth2ClientUpdated', clientId: id, origin });
    return { outcome: 'updated', client };
  }
  return { outcome: 'stale' };
};

export const makeUpdateClient =
  (deps: Deps) =>
  async (command: UpdateClient, origin?: Origin): Promise<UpdateClientResult> => {
    const { id, secret } = command;
    const metadata = await acceptRegistration(deps, command);
    if (!(await deps.clients.find(id))) return { outcome: 'unknown' };
    const newSecret =
      secret === undefined ? null : await keepSecret(deps.system, { id, metadata, secret, generated: false });
    const next = async (current: Client): Promise<Next> => ({
      authMethod: command.metadata.tokenEndpointAuthMethod,
      metadata,
      storedSecret: newSecret ?? (await rekeepSecret(deps.system, current, metadata)),
    });
    return replaceClient(deps, id, next, origin);
  };

export const makeChangeClient =
  (deps: Deps) =>
  async ({ id, secret, change }: ChangeClient, origin?: Origin): Promise<UpdateClientResult> => {
    const next = async (current: Client): Promise<Next> => {
      const proposed = change(current);
      const metadata = await acceptRegistration(deps, { metadata: proposed, secret });
      const storedSecret =
        secret === undefined
          ? await rekeepSecret(deps.system, current, metadata)
          : await keepSecret(deps.system, { id, metadata, secret, generated: false });
      return { authMethod: proposed.tokenEndpointAuthMethod, metadata, storedSecret };
    };
    return replaceClient(deps, id, next, origin);
  };
