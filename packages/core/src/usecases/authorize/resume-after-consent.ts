// Third pass: the browser returns from the consent app. The flow ends, and its response is issued.
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import { isBrowserOf, type PresentedBrowser } from '../../domain/browser.ts';
import type { Client } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import { end, type Flow } from '../../domain/flow.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import type { AuthorizationAnswer, IssueResponse } from './issue-response.ts';
import type { PendingFlows } from './pending-flows.ts';
import { repeatedChecks } from './request-checks.ts';
import { openReturningFlow, type RejectedStep, type ReturningRequest, usedBefore } from './returning-flow.ts';

export interface ResumeAfterConsent extends ReturningRequest {
  /** From the consent CSRF cookies. */
  readonly browser: PresentedBrowser;
  /** For the event. */
  readonly origin: Origin;
}

export type ConsentResumed = { readonly outcome: 'issued'; readonly answer: AuthorizationAnswer } | RejectedStep;

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly flows: FlowStore;
  readonly issueResponse: IssueResponse;
  readonly pendingFlows: PendingFlows;
}

/** Repeats the checks that depend on the registration. The redirect URI was checked with the URL of this return. */
const checkStillAllowed = (
  request: AuthorizationRequest,
  granted: readonly string[],
  client: Client,
  settings: Settings,
): void => {
  const scope = [...new Set([...request.scope, ...granted])].join(' ');
  const parameters = { scope, response_type: request.responseType };
  for (const { check } of repeatedChecks) check({ client, parameters }, { settings });
  // RFC 8707 §2. Audiences and resources have been merged into one list, so both use one error code.
  const target = request.audience.find((wanted) => !client.metadata.audience.includes(wanted));
  if (target !== undefined) {
    throw oauthError('invalid_target', `The audience "${target}" is no longer registered for the client.`);
  }
};

export const makeResumeAfterConsent = ({ system, settings, flows, issueResponse, pendingFlows }: Deps) => {
  const finish = async (flow: Flow, now: EpochSeconds): Promise<void> => {
    if ((await flows.replace(end(flow), flow.version, now)) === 'stale') throw usedBefore('consent');
    pendingFlows.end(flow);
  };

  /** Errors for the client: access_denied, invalid_request, request_forbidden, invalid_scope, invalid_target. */
  return async (command: ResumeAfterConsent): Promise<ConsentResumed> => {
    const now = system.clock.now();
    const flow = await openReturningFlow({ mac: system.mac, flows }, 'consent', command, now);
    const { request, login, consent } = flow;
    if (consent?.rejected) {
      await finish(flow, now);
      return { outcome: 'rejected', rejection: consent.rejected };
    }
    if (!consent?.accepted || !login.accepted) throw usedBefore('consent');
    if (!isBrowserOf(consent, command.browser)) {
      throw oauthError('request_forbidden', 'The CSRF cookie is missing or belongs to another browser.');
    }
    // The flow ends before anything is issued. Only one of two returns continues, and a crash here only costs a new
    // request.
    await finish(flow, now);
    checkStillAllowed(request, consent.accepted.grantedScope, command.client, settings);
    return {
      outcome: 'issued',
      answer: await issueResponse(
        { flow, login: login.accepted, consent: consent.accepted, origin: command.origin },
        command.client,
        now,
      ),
    };
  };
};
