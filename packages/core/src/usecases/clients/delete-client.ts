// Deletes a client and ends everything that was granted to it.
import type { Client } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { ConsentStore } from '../../ports/consent-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';

interface Deps {
  readonly clients: ClientStore;
  readonly tokens: TokenStore;
  readonly consents: ConsentStore;
  readonly flows: FlowStore;
  readonly events: EventSink | null;
  readonly system: Pick<System, 'clock'>;
}

/**
 * The ports may be in four databases, so no transaction is possible. The order keeps the deletion safe instead. What
 * the client can use is removed first: a crash half-way leaves a client without tokens rather than tokens without a
 * client, and the caller can repeat a failed call. While the client still exists, a browser in the middle of a flow can
 * get it a new grant. The second round removes what was added in between. Both rounds run for an unknown client too, so
 * that a repeated call completes a deletion that crashed. A request that read the client before the deletion and writes
 * after it leaves a grant that no client can use.
 */
export const makeDeleteClient = (deps: Deps) => {
  const endAll = makeEndAll(deps);
  return async (id: string, origin?: Origin): Promise<boolean> => {
    await endAll(id);
    const removed = await deps.clients.remove(id);
    await endAll(id);
    if (removed) deps.events?.record({ type: 'OAuth2ClientDeleted', clientId: id, origin });
    return removed;
  };
};

/** Deletes the client unless its stored version or incarnation differs: then it changes nothing, `stale`. */
export type DeleteUnchanged = (client: Client) => Promise<'removed' | 'stale'>;

/**
 * The same, for a caller that has read the client before. If the client changes between the first round and the removal,
 * it stays, but its grants have ended.
 */
export const makeDeleteUnchanged = (deps: Deps): DeleteUnchanged => {
  const endAll = makeEndAll(deps);
  return async (client) => {
    const { id } = client;
    const found = await deps.clients.find(id);
    if (found?.version !== client.version || found.incarnation !== client.incarnation) return 'stale';
    await endAll(id);
    if ((await deps.clients.removeUnchanged(client)) === 'stale') return 'stale';
    await endAll(id);
    deps.events?.record({ type: 'OAuth2ClientDeleted', clientId: id });
    return 'removed';
  };
};

const makeEndAll =
  ({ tokens, consents, flows, system }: Deps) =>
  async (clientId: string): Promise<void> => {
    await tokens.revokeGrants({ clientId }, system.clock.now());
    await consents.forget({ clientId });
    await flows.removeAll({ clientId });
  };
