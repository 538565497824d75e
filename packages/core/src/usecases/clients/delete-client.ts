// Deletes a client and ends everything that was granted to it.
import type { ClientStore } from '../../ports/client-store.ts';
import type { ConsentStore } from '../../ports/consent-store.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';

/**
 * The ports may be in four databases, so no transaction holds this together; the order does. What the client can use
 * goes first: a crash half-way leaves a client with nothing rather than tokens without a client, and whoever saw the
 * call fail can repeat it. While the client is still there, a browser in the middle of a flow can earn it a new grant:
 * the second round ends what came in between. Both rounds run for an unknown client too, so that a repetition finishes
 * what a crash left. Whoever read the client before and writes after all this leaves a grant that no client can use.
 */
export const makeDeleteClient = (deps: {
  clients: ClientStore;
  tokens: TokenStore;
  consents: ConsentStore;
  flows: FlowStore;
  system: Pick<System, 'clock'>;
}) => {
  const endAll = async (clientId: string): Promise<void> => {
    await deps.tokens.revokeGrants({ clientId }, deps.system.clock.now());
    await deps.consents.forget({ clientId });
    await deps.flows.removeAll({ clientId });
  };
  return async (id: string): Promise<boolean> => {
    await endAll(id);
    const removed = await deps.clients.remove(id);
    await endAll(id);
    return removed;
  };
};
