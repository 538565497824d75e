// Finds one client.
import type { Client } from '../../domain/client.ts';
import type { ClientStore } from '../../ports/client-store.ts';

export const makeGetClient =
  (deps: { clients: ClientStore }) =>
  (id: string): Promise<Client | undefined> =>
    deps.clients.find(id);
