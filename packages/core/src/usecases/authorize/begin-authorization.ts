// First pass of an authorization request: decides whether a remembered login will do, and opens the flow.
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import type { BrowserOfStep } from '../../domain/browser.ts';
import type { Client } from '../../domain/client.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Hashed } from '../../domain/hashed.ts';
import { after } from '../../domain/time.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { LoginSessionStore } from '../../ports/login-session-store.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { handleOf } from '../flow-handles.ts';
import { idBytes } from '../opaque-handle.ts';
import type { IdentifySubject } from '../subject-identifier.ts';
import { nobodySuitable, sessionThatSkips } from './next-step.ts';
import type { RecallConsent } from './recall-consent.ts';

export interface BeginAuthorization {
  readonly request: AuthorizationRequest;
  readonly client: Client;
  readonly browser: BrowserOfStep;
  /** From the session cookie; null without one. */
  readonly sessionId: Hashed | null;
}

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly flows: FlowStore;
  readonly loginSessions: LoginSessionStore;
  readonly identifySubject: IdentifySubject;
  readonly recallConsent: RecallConsent;
}

/** With prompt=none, throws login_required when nobody suitable is logged in, or consent_required. */
export const makeBeginAuthorization =
  ({ system, settings, flows, loginSessions, identifySubject, recallConsent }: Deps) =>
  async ({ request, client, browser, sessionId }: BeginAuthorization): Promise<{ readonly loginChallenge: string }> => {
    const now = system.clock.now();
    const found = sessionId === null ? undefined : await loginSessions.find(sessionId, now);
    const identifierOf = (subject: string): string => identifySubject(client, subject, '');
    const session = sessionThatSkips(request, found, identifierOf, now);
    if (session === null && request.prompt.includes('none')) {
      // A client without the person's consent does not learn how old or how strong the login is either.
      if (found) await recallConsent(request, client, found.subject, now);
      throw nobodySuitable();
    }
    const flow: Flow = {
      id: system.random.base64url(idBytes),
      version: 1,
      state: 'login-pending',
      request,
      requestedAt: now,
      expiresAt: after(now, settings.flowLifespan),
      login: {
        ...browser,
        skip: session !== null,
        subject: session?.subject ?? '',
        session,
        accepted: null,
        rejected: null,
      },
      consent: null,
    };
    await flows.create(flow);
    return { loginChallenge: handleOf(system.mac, 'login-challenge', flow) };
  };
