// Second pass: the browser returns from the login app. Settles the login session, then asks for consent.
import { type BrowserOfStep, isBrowserOf, type PresentedBrowser } from '../../domain/browser.ts';
import { askConsent, end, type Flow, type LoginAcceptance, moveConsent } from '../../domain/flow.ts';
import type { Hashed } from '../../domain/hashed.ts';
import { after, type EpochSeconds, earliest, type Seconds, seconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { LoginSessionStore } from '../../ports/login-session-store.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { handleOf, returnUrlOf } from '../flow-handles.ts';
import type { IdentifySubject } from '../subject-identifier.ts';
import { checkLoginAgainst } from './login-and-consent-rules.ts';
import type { PendingFlows } from './pending-flows.ts';
import type { RecallConsent } from './recall-consent.ts';
import {
  findReturningFlow,
  isAnswered,
  type RejectedStep,
  type ReturningRequest,
  usedBefore,
} from './returning-flow.ts';

export interface ResumeAfterLogin extends ReturningRequest {
  /** From the login CSRF cookies. */
  readonly browser: PresentedBrowser;
  /** The new values of the consent CSRF cookies. */
  readonly consentBrowser: BrowserOfStep;
  /** From the session cookie; null without one. */
  readonly sessionId: Hashed | null;
  /** The new value of the session cookie if a session begins. */
  readonly newSessionId: Hashed;
}

/** What happens to the browser's session cookie. `maxAge` null: until the browser closes. */
export type SessionChange =
  | { readonly change: 'kept' }
  | { readonly change: 'ended' }
  | { readonly change: 'begun'; readonly maxAge: Seconds | null };

export type LoginResumed =
  | {
      readonly outcome: 'ask-consent';
      readonly consentChallenge: string;
      readonly session: SessionChange;
      /** The person, for logs. Not sent. */
      readonly subject: string;
    }
  /** The browser was here before, and the consent app has answered since. The browser continues from there. */
  | { readonly outcome: 'consent-answered'; readonly redirectTo: string }
  | RejectedStep;

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly flows: FlowStore;
  readonly loginSessions: LoginSessionStore;
  readonly identifySubject: IdentifySubject;
  readonly recallConsent: RecallConsent;
  readonly pendingFlows: PendingFlows;
}

export const makeResumeAfterLogin = (deps: Deps) => {
  const { system, settings, flows, loginSessions, identifySubject, recallConsent, pendingFlows } = deps;
  const { clock, mac } = system;

  const skipStillHolds = async (flow: Flow, now: EpochSeconds): Promise<boolean> =>
    flow.login.session === null || (await loginSessions.find(flow.login.session.id, now)) !== undefined;

  const advance = async (flow: Flow, next: Flow, now: EpochSeconds): Promise<void> => {
    if ((await flows.replace(next, flow.version, now)) === 'stale') throw usedBefore('login');
  };

  /**
   * The browser returns again, after a reload, a prefetch or a lost response, and continues at the flow's current step.
   * Only the browser that began the flow may do so. If it lost its first consent cookie, the consent is bound to the
   * new one.
   */
  const goOn = async (command: ResumeAfterLogin, flow: Flow, now: EpochSeconds): Promise<LoginResumed> => {
    const { state, login, consent } = flow;
    if (consent === null || state === 'ended' || !isBrowserOf(login, command.browser)) throw usedBefore('login');
    if (state !== 'consent-pending')
      return { outcome: 'consent-answered', redirectTo: returnUrlOf(mac, 'consent', flow) };
    const { browser: plain, prefixedBrowser: prefixed = null } = command.consentBrowser;
    if (!isBrowserOf(consent, { plain, prefixed })) {
      await advance(flow, moveConsent(flow, consent, command.consentBrowser), now);
    }
    const consentChallenge = handleOf(mac, 'consent-challenge', flow);
    const subject = login.accepted?.subject ?? '';
    return { outcome: 'ask-consent', consentChallenge, session: { change: 'kept' }, subject };
  };

  const finish = async (flow: Flow, now: EpochSeconds): Promise<void> => {
    await advance(flow, end(flow), now);
    pendingFlows.end(flow);
  };

  const settleSession = async (
    { sessionId, newSessionId }: ResumeAfterLogin,
    { login }: Flow,
    accepted: LoginAcceptance,
    now: EpochSeconds,
  ): Promise<SessionChange> => {
    if (login.skip) return { change: 'kept' };
    if (sessionId !== null) await loginSessions.remove(sessionId);
    if (!accepted.remember) return { change: 'ended' };
    const longest = settings.loginSessionLifespan;
    const asked = accepted.rememberFor > 0 ? accepted.rememberFor : longest;
    const { subject, authenticatedAt, acr } = accepted;
    const expiresAt = earliest(after(now, asked), after(now, longest));
    await loginSessions.save({ id: newSessionId, subject, authenticatedAt, expiresAt, acr });
    return { change: 'begun', maxAge: accepted.rememberFor === 0 ? null : seconds(expiresAt - now) };
  };

  /** Errors for the client: access_denied, invalid_request, request_forbidden, login_required, consent_required. */
  return async (command: ResumeAfterLogin): Promise<LoginResumed> => {
    const now = clock.now();
    const flow = await findReturningFlow({ mac, flows }, 'login', command, now);
    if (!isAnswered(flow, 'login')) return goOn(command, flow, now);
    const { request, login } = flow;
    if (login.rejected) {
      await finish(flow, now);
      return { outcome: 'rejected', rejection: login.rejected };
    }
    // Only the browser that began the flow may continue. The flow does not change: a stranger must not be able to end
    // it.
    if (!isBrowserOf(login, command.browser))
      throw oauthError('request_forbidden', 'The CSRF cookie is missing or belongs to another browser.');
    const accepted = login.accepted;
    if (!accepted) throw usedBefore('login');

    let skip: boolean;
    try {
      if (!(await skipStillHolds(flow, now)))
        throw oauthError('login_required', 'The remembered login was revoked in the meantime.');
      const { subject, forceSubjectIdentifier } = accepted;
      const identifier = identifySubject(command.client, subject, forceSubjectIdentifier);
      // Consent is checked first: with prompt=none a client without it must not learn who is logged in.
      skip = await recallConsent(request, command.client, subject, now);
      checkLoginAgainst(request, identifier);
    } catch (error) {
      await finish(flow, now);
      throw error;
    }
    const asking = askConsent(flow, { ...command.consentBrowser, skip });
    if ((await flows.replace(asking, flow.version, now)) === 'stale') {
      const current = await flows.find(flow.id, now);
      if (!current || isAnswered(current, 'login')) throw usedBefore('login');
      return goOn(command, current, now);
    }
    const session = await settleSession(command, flow, accepted, now);
    const consentChallenge = handleOf(mac, 'consent-challenge', asking);
    return { outcome: 'ask-consent', consentChallenge, session, subject: accepted.subject };
  };
};
