// The answers of login and consent apps. Each request can be answered once.
import type { Client } from '../domain/client.ts';
import type { DomainEvent, Origin } from '../domain/event.ts';
import { type Flow, type Rejection, subjectOf } from '../domain/flow.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { FlowStore } from '../ports/flow-store.ts';
import type { Mac } from '../ports/system.ts';
import { returnUrlOf } from './flow-handles.ts';

/** A login or consent request as its app may see it. */
export interface PendingRequest {
  readonly challenge: string;
  readonly flow: Flow;
  readonly client: Client;
}

export interface Reject {
  readonly challenge: string;
  readonly rejection: Rejection;
}

export type AnswerResult =
  /** Where to send the browser. */
  | { readonly outcome: 'answered'; readonly redirectTo: string }
  | { readonly outcome: 'unknown-challenge' }
  | { readonly outcome: 'already-answered' };

interface Answer {
  readonly step: 'login' | 'consent';
  readonly next: Flow | 'already-answered';
  /** True if the flow holds this same answer and the browser has not returned yet. */
  readonly isIn: (flow: Flow) => boolean;
}

interface Deps {
  readonly mac: Mac;
  readonly flows: FlowStore;
  readonly events: EventSink | null;
}

const eventOf = (flow: Flow, origin: Origin | undefined): DomainEvent => {
  const { state, login, consent } = flow;
  const act = { clientId: flow.request.clientId, subject: subjectOf(flow), origin };
  switch (state) {
    case 'login-rejected':
      return { type: 'OAuth2LoginRejected', ...act, error: login.rejected?.error ?? '' };
    case 'consent-rejected':
      return { type: 'OAuth2ConsentRejected', ...act, error: consent?.rejected?.error ?? '' };
    case 'consent-accepted':
      return { type: consent?.skip ? 'OAuth2ConsentSkipped' : 'OAuth2ConsentAccepted', ...act };
    default:
      return { type: login.skip ? 'OAuth2LoginSkipped' : 'OAuth2LoginAccepted', ...act };
  }
};

/**
 * Stores an app's answer and returns where the browser goes with it, or `already-answered` if a different answer came
 * first. A repeat of the same answer, after a double click or a lost response, gets the same result and is not recorded
 * again.
 */
export const storeAnswer = async (
  { mac, flows, events }: Deps,
  flow: Flow,
  { step, next, isIn }: Answer,
  now: EpochSeconds,
  origin: Origin | undefined,
): Promise<AnswerResult> => {
  const stored = next !== 'already-answered' && (await flows.replace(next, flow.version, now)) !== 'stale';
  if (stored) events?.record(eventOf(next, origin));
  else {
    const current = await flows.find(flow.id, now);
    if (!current || !isIn(current)) return { outcome: 'already-answered' };
  }
  return { outcome: 'answered', redirectTo: returnUrlOf(mac, step, flow) };
};
