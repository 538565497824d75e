// An administrator lists and revokes a person's consents and logins.
import type { Client } from '../../domain/client.ts';
import type { Consent } from '../../domain/consent.ts';
import type { Origin } from '../../domain/event.ts';
import type { ConsentStore } from '../../ports/consent-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { LoginSessionStore } from '../../ports/login-session-store.ts';
import type { Page } from '../../ports/paging.ts';
import type { Clock } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';
import type { FindClient } from '../clients/client-cache.ts';

export interface ListedConsent {
  readonly consent: Consent;
  readonly client: Client;
}

interface Deps {
  readonly clock: Clock;
  readonly clients: FindClient;
  readonly consents: ConsentStore;
  readonly flows: FlowStore;
  readonly events: EventSink | null;
  readonly loginSessions: LoginSessionStore;
  readonly tokens: TokenStore;
}

export const makeSessionUseCases = ({ clock, clients, consents, flows, events, loginSessions, tokens }: Deps) => ({
  async listConsents(subject: string, page: Page): Promise<readonly ListedConsent[]> {
    const remembered = await consents.list(subject, page, clock.now());
    const ids = [...new Set(remembered.map((consent) => consent.clientId))];
    const found = await Promise.all(ids.map((id) => clients.find(id)));
    const byId = new Map(found.flatMap((client) => (client ? [[client.id, client] as const] : [])));
    return remembered.flatMap((consent) => {
      const client = byId.get(consent.clientId);
      return client ? [{ consent, client }] : [];
    });
  },

  /**
   * Revokes the grants first, then removes everything that could lead to new ones: remembered consents before pending
   * flows, because a flow may have read a consent, and finally the grants and consents that were added in between. A
   * crash half-way leaves nothing usable that was not usable before, and the call can be repeated.
   */
  async revokeConsents(of: { readonly subject: string; readonly clientId?: string }, origin?: Origin): Promise<number> {
    const now = clock.now();
    const grants = await tokens.revokeGrants(of, now);
    const remembered = await consents.forget(of);
    const pending = await flows.removeAll(of);
    const rememberedLate = await consents.forget(of);
    const grantedLate = await tokens.revokeGrants(of, now);
    const count = grants + remembered + pending + rememberedLate + grantedLate;
    if (count > 0) events?.record({ type: 'OAuth2ConsentRevoked', ...of, count, origin });
    return count;
  },

  async revokeLoginSessions(subject: string, origin?: Origin): Promise<number> {
    const count = await loginSessions.removeBySubject(subject);
    if (count > 0) events?.record({ type: 'OAuth2LoginSessionsRevoked', subject, count, origin });
    return count;
  },
});
