// Lists clients, a page at a time.
import type { Client } from '../../domain/client.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { Page } from '../../ports/paging.ts';

export const makeListClients =
  (deps: { clients: ClientStore }) =>
  (page: Page): Promise<readonly Client[]> =>
    deps.clients.list(page);
