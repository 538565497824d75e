// The consent app's side of a flow: what is asked, and its answer (accept or reject), given once.
import type { Client } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import { acceptConsent, type ConsentAcceptance, type Flow, rejectConsent, subjectOf } from '../../domain/flow.ts';
import type { GrantSession } from '../../domain/grant.ts';
import { equalJson, type JsonObject } from '../../domain/json.ts';
import { fullUrl } from '../../domain/request-url.ts';
import { firstNotAllowed, parseScope, readScopeList } from '../../domain/scope.ts';
import { after, type Seconds, seconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { ConsentStore } from '../../ports/consent-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import type { FindClient } from '../clients/client-cache.ts';
import { type AnswerResult, type PendingRequest, type Reject, storeAnswer } from '../flow-answers.ts';
import { findByHandle } from '../flow-handles.ts';

export interface AcceptConsent {
  readonly challenge: string;
  readonly grantedScope: readonly string[];
  /** Default: none of what was requested. */
  readonly grantedAudience?: readonly string[];
  /** Default: nothing attached. */
  readonly session?: GrantSession;
  /** Default false. */
  readonly remember?: boolean;
  /** Counted from the authorization request. Default 0: until revoked. */
  readonly rememberFor?: Seconds;
}

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly flows: FlowStore;
  readonly events: EventSink | null;
  readonly consents: ConsentStore;
  readonly clients: FindClient;
}

/**
 * A consent grants at most what the client is registered for (RFC 6749 §3.3), and what was requested, unless the
 * operator allows more (2018 API: it may be more). Throws invalid_request.
 */
const checkScope = (
  { request }: Flow,
  { grantedScope }: ConsentAcceptance,
  client: Client,
  { strictGrantScope, scopeStrategy }: Settings,
): void => {
  const beyond = grantedScope.filter((scope) => !request.scope.includes(scope));
  if (beyond.length === 0) return;
  const excess = strictGrantScope
    ? beyond[0]
    : firstNotAllowed(scopeStrategy, parseScope(client.metadata.scope), beyond);
  if (excess === undefined) return;
  const reason = strictGrantScope ? 'was not requested' : 'the client is not registered for';
  throw oauthError('invalid_request', `The member "grant_scope" contains "${excess}", which ${reason}.`);
};

/** Throws invalid_request. */
const checkAcceptance = ({ request }: Flow, accepted: ConsentAcceptance): void => {
  if (accepted.rememberFor < 0) throw oauthError('invalid_request', 'The member "remember_for" must not be negative.');
  const target = accepted.grantedAudience.find((audience) => !request.audience.includes(audience));
  if (target !== undefined) {
    throw oauthError(
      'invalid_request',
      `The member "grant_access_token_audience" contains "${target}", which was not requested.`,
    );
  }
};

const asJson = (accepted: ConsentAcceptance | null | undefined): JsonObject =>
  accepted ? { ...accepted, session: { ...accepted.session } } : {};

export const makeConsentUseCases = ({ system, settings, flows, events, consents, clients }: Deps) => {
  const { clock, mac } = system;
  const answering = { mac, flows, events };

  const remember = (
    flow: Flow,
    challenge: string,
    { grantedScope, grantedAudience, session, rememberFor }: ConsentAcceptance,
  ): Promise<void> =>
    consents.remember({
      id: flow.id,
      clientId: flow.request.clientId,
      clientIncarnation: flow.clientIncarnation,
      subject: subjectOf(flow),
      grantedScope,
      grantedAudience,
      session,
      rememberFor,
      requestedAt: flow.requestedAt,
      expiresAt: rememberFor > 0 ? after(flow.requestedAt, rememberFor) : null,
      request: {
        challenge,
        requestedScope: flow.request.scope,
        requestedAudience: flow.request.audience,
        oidcContext: flow.request.context,
        requestUrl: fullUrl(flow.request),
      },
    });

  return {
    async getConsentRequest(challenge: string): Promise<PendingRequest | undefined> {
      const flow = await findByHandle({ mac, flows }, 'consent-challenge', challenge, clock.now());
      const client = flow?.consent && (await clients.find(flow.request.clientId));
      return flow && client ? { challenge, flow, client } : undefined;
    },

    async acceptConsent(command: AcceptConsent, origin?: Origin): Promise<AnswerResult> {
      const now = clock.now();
      const flow = await findByHandle({ mac, flows }, 'consent-challenge', command.challenge, now);
      const client = flow?.consent && (await clients.find(flow.request.clientId));
      if (!flow || !client) return { outcome: 'unknown-challenge' };
      const accepted: ConsentAcceptance = {
        grantedScope: readScopeList(command.grantedScope, 'The member "grant_scope"'),
        grantedAudience: command.grantedAudience ?? [],
        session: command.session ?? { accessToken: {}, idToken: {} },
        // A skipped consent is already remembered, and keeps its expiry.
        remember: (command.remember ?? false) && !flow.consent?.skip,
        rememberFor: command.rememberFor ?? seconds(0),
      };
      checkAcceptance(flow, accepted);
      checkScope(flow, accepted, client, settings);
      const isIn = ({ state, consent }: Flow): boolean =>
        state === 'consent-accepted' && equalJson(asJson(consent?.accepted), asJson(accepted));
      const next = acceptConsent(flow, accepted);
      const result = await storeAnswer(answering, flow, { step: 'consent', next, isIn }, now, origin);
      // After the answer is stored: after a crash in between, the person is only asked again.
      if (result.outcome === 'answered' && accepted.remember) await remember(flow, command.challenge, accepted);
      return result;
    },

    async rejectConsent({ challenge, rejection }: Reject, origin?: Origin): Promise<AnswerResult> {
      const now = clock.now();
      const flow = await findByHandle({ mac, flows }, 'consent-challenge', challenge, now);
      if (!flow?.consent) return { outcome: 'unknown-challenge' };
      const isIn = ({ state, consent }: Flow): boolean =>
        state === 'consent-rejected' && equalJson({ ...consent?.rejected }, { ...rejection });
      return storeAnswer(answering, flow, { step: 'consent', next: rejectConsent(flow, rejection), isIn }, now, origin);
    },
  };
};
