// The login app's side of a flow: what is asked, and its answer (accept or reject), given once.
import type { Origin } from '../../domain/event.ts';
import { acceptLogin, type Flow, rejectLogin } from '../../domain/flow.ts';
import { equalJson } from '../../domain/json.ts';
import { type Seconds, seconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { FindClient } from '../clients/client-cache.ts';
import { type AnswerResult, type PendingRequest, type Reject, storeAnswer } from '../flow-answers.ts';
import { findByHandle } from '../flow-handles.ts';

export interface AcceptLogin {
  readonly challenge: string;
  /** Who logged in. Must be the request's subject when its login is skipped. */
  readonly subject: string;
  /** Default false. */
  readonly remember?: boolean;
  /** Default 0: until the browser closes. Negative: as long as the server allows. */
  readonly rememberFor?: Seconds;
  /** Authentication context class (OpenID Connect Core §2). Default ''. */
  readonly acr?: string;
  /** The identifier that a pairwise client receives instead of the computed one. Absent and '' are the same. */
  readonly forceSubjectIdentifier?: string;
}

interface Deps {
  readonly system: System;
  readonly flows: FlowStore;
  readonly events: EventSink | null;
  readonly clients: FindClient;
}

/** For a skipped login the app can only confirm the remembered session. Throws invalid_request. */
const checkAcceptance = ({ login }: Flow, { subject }: AcceptLogin): void => {
  if (login.skip && subject !== login.subject) {
    throw oauthError(
      'invalid_request',
      'The member "subject" must be the subject of the request, because "skip" is true.',
    );
  }
  if (subject === '') throw oauthError('invalid_request', 'The member "subject" must not be empty.');
};

export const makeLoginUseCases = ({ system, flows, events, clients }: Deps) => {
  const { clock, mac } = system;
  const answering = { mac, flows, events };

  return {
    async getLoginRequest(challenge: string): Promise<PendingRequest | undefined> {
      const flow = await findByHandle({ mac, flows }, 'login-challenge', challenge, clock.now());
      const client = flow && (await clients.find(flow.request.clientId));
      return flow && client && { challenge, flow, client };
    },

    async acceptLogin(command: AcceptLogin, origin?: Origin): Promise<AnswerResult> {
      const now = clock.now();
      const flow = await findByHandle({ mac, flows }, 'login-challenge', command.challenge, now);
      if (!flow) return { outcome: 'unknown-challenge' };
      checkAcceptance(flow, command);
      const { subject, remember = false, rememberFor = seconds(0) } = command;
      const { session } = flow.login;
      const accepted = {
        subject,
        // A skipped login is already remembered, so the session does not change.
        remember: remember && !flow.login.skip,
        rememberFor,
        forceSubjectIdentifier: command.forceSubjectIdentifier || null,
        acr: command.acr || (session?.acr ?? null),
        // OpenID Connect Core §2, auth_time: a skipped login was the remembered one.
        authenticatedAt: session?.authenticatedAt ?? now,
      };
      // The time of the login is when it was first accepted.
      const isIn = ({ state, login }: Flow): boolean =>
        state === 'login-accepted' &&
        equalJson({ ...login.accepted, authenticatedAt: 0 }, { ...accepted, authenticatedAt: 0 });
      return storeAnswer(answering, flow, { step: 'login', next: acceptLogin(flow, accepted), isIn }, now, origin);
    },

    async rejectLogin({ challenge, rejection }: Reject, origin?: Origin): Promise<AnswerResult> {
      const now = clock.now();
      const flow = await findByHandle({ mac, flows }, 'login-challenge', challenge, now);
      if (!flow) return { outcome: 'unknown-challenge' };
      const isIn = ({ state, login }: Flow): boolean =>
        state === 'login-rejected' && equalJson({ ...login.rejected }, { ...rejection });
      return storeAnswer(answering, flow, { step: 'login', next: rejectLogin(flow, rejection), isIn }, now, origin);
    },
  };
};
