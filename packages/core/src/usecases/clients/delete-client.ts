// Deletes a client and ends everything that was granted to it.
import type { Origin } from '../../domain/event.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { ConsentStore } from '../../ports/consent-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';

/**
 * The ports may be in four databases, so no transaction is possible. The order keeps the deletion safe instead. What
 * the client can use is removed first: a crash half-way leaves a client without tokens rather than tokens without a
 * client, and the caller can repeat a failed call. While the client still exists, a browser in the middle of a flow can
 * get it a new grant. The second round removes what was added in between. Both rounds run for an unknown client too, so
 * that a repeated call completes a deletion that crashed. A request that read the client before the deletion and writes
 * after it leaves a grant that no client can use.
 */
export const makeDeleteClient = (deps: {
  clients: ClientStore;
  tokens: TokenStore;
  consents: ConsentStore;
  flows: FlowStore;
  events: EventSink | null;
  system: Pick<System, 'clock'>;
}) => {
  const endAll = async (clientId: string): Promise<void> => {
    await deps.tokens.revokeGrants({ clientId }, deps.system.clock.now());
    await deps.consents.forget({ clientId });
    await deps.flows.removeAll({ clientId });
  };
  return async (id: string, origin?: Origin): Promise<boolean> => {
    await endAll(id);
    const removed = await deps.clients.remove(id);
    await endAll(id);
    if (removed) deps.events?.record({ type: 'OAuth2ClientDeleted', clientId: id, origin });
    return removed;
  };
};
