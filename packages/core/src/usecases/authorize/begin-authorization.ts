// First pass of an authorization request: decides whether a remembered login suffices, and begins the flow.
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import type { BrowserOfStep } from '../../domain/browser.ts';
import type { Client } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import { type Flow, subjectOf } from '../../domain/flow.ts';
import type { Hashed } from '../../domain/hashed.ts';
import { keptRequest } from '../../domain/request-url.ts';
import { after } from '../../domain/time.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { LoginSessionStore } from '../../ports/login-session-store.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { handleOf } from '../flow-handles.ts';
import { idBytes } from '../opaque-handle.ts';
import type { IdentifySubject } from '../subject-identifier.ts';
import { nobodySuitable, sessionThatSkips } from './login-and-consent-rules.ts';
import type { PendingFlows } from './pending-flows.ts';
import type { RecallConsent } from './recall-consent.ts';

export interface BeginAuthorization {
  readonly request: AuthorizationRequest;
  readonly client: Client;
  readonly browser: BrowserOfStep;
  /** From the session cookie; null without one. */
  readonly sessionId: Hashed | null;
  /** For the event. */
  readonly origin: Origin;
}

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly flows: FlowStore;
  readonly events: EventSink | null;
  readonly loginSessions: LoginSessionStore;
  readonly identifySubject: IdentifySubject;
  readonly recallConsent: RecallConsent;
  readonly pendingFlows: PendingFlows;
}

export type AuthorizationBegun =
  | { readonly outcome: 'begun'; readonly loginChallenge: string }
  /** Too many flows are pending (see PendingFlows). */
  | { readonly outcome: 'too-many-flows' };

/** With prompt=none: throws login_required if no suitable person is logged in, consent_required without consent. */
export const makeBeginAuthorization =
  ({ system, settings, flows, events, loginSessions, identifySubject, recallConsent, pendingFlows }: Deps) =>
  async ({ request, client, browser, sessionId, origin }: BeginAuthorization): Promise<AuthorizationBegun> => {
    const now = system.clock.now();
    const found = sessionId === null ? undefined : await loginSessions.find(sessionId, now);
    const identifierOf = (subject: string): string => identifySubject(client, subject, null);
    const session = sessionThatSkips(request, found, identifierOf, now);
    if (session === null && request.prompt.includes('none')) {
      // A client without the person's consent must not learn the age or strength of the login either.
      if (found) await recallConsent(request, client, found.subject, now);
      throw nobodySuitable();
    }
    const flow: Flow = {
      id: system.random.base64url(idBytes),
      version: 1,
      state: 'login-pending',
      request: keptRequest(request),
      clientIncarnation: client.incarnation,
      requestedAt: now,
      expiresAt: after(now, settings.flowLifespan),
      login: {
        ...browser,
        skip: session !== null,
        subject: session?.subject ?? null,
        session,
        accepted: null,
        rejected: null,
      },
      consent: null,
    };
    if (!pendingFlows.begin(flow, origin, now)) return { outcome: 'too-many-flows' };
    try {
      await flows.create(flow);
    } catch (error) {
      pendingFlows.end(flow);
      throw error;
    }
    events?.record({ type: 'OAuth2FlowBegun', clientId: client.id, subject: subjectOf(flow), origin });
    return { outcome: 'begun', loginChallenge: handleOf(system.mac, 'login-challenge', flow) };
  };
