// A browser comes back with a verifier: is it one of ours, of this request, answered, and not used before?
import { type Client, isOf, type MadeFor } from '../../domain/client.ts';
import type { Flow, FlowState, Rejection } from '../../domain/flow.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { Mac } from '../../ports/system.ts';
import { findByHandle } from '../flow-handles.ts';

export type Step = 'login' | 'consent';

/** What the browser brought, and for which step. */
export interface Back {
  readonly step: Step;
  readonly verifier: string;
}

/** A verifier, and the address that the URL around it names. */
export interface Return {
  readonly verifier: string;
  readonly client: Client;
  readonly redirectUri: string;
}

/** The step was rejected by its app: the client is told so. */
export interface RejectedStep {
  readonly outcome: 'rejected';
  readonly rejection: Rejection;
}

interface Deps {
  readonly mac: Mac;
  readonly flows: FlowStore;
}

const order: readonly FlowState[] = [
  'login-pending',
  'login-accepted',
  'login-rejected',
  'consent-pending',
  'consent-accepted',
  'consent-rejected',
  'ended',
];

/** Whether the step's app has answered, and the browser has not come back with it yet. */
export const isAnswered = (flow: Flow, step: Step): boolean =>
  flow.state === `${step}-accepted` || flow.state === `${step}-rejected`;

/** Throws access_denied for a verifier that is not good. One that was used is. */
export const findReturningFlow = async (deps: Deps, step: Step, back: Return, now: EpochSeconds): Promise<Flow> => {
  const flow = await findByHandle(deps, `${step}-verifier`, back.verifier, now);
  // A flow belongs to the client and the address it began with; the URL around the verifier cannot move it to another.
  const belongs =
    flow !== undefined &&
    isOf(back.client, madeFor(flow), flow.requestedAt) &&
    flow.request.redirectUri === back.redirectUri;
  if (!belongs || order.indexOf(flow.state) <= order.indexOf(`${step}-pending`)) {
    throw noSuchVerifier(step);
  }
  return flow;
};

/** Throws access_denied for a verifier that is not good, invalid_request for one that was used. */
export const openReturningFlow = async (deps: Deps, step: Step, back: Return, now: EpochSeconds): Promise<Flow> => {
  const flow = await findReturningFlow(deps, step, back, now);
  if (!isAnswered(flow, step)) throw usedBefore(step);
  return flow;
};

const madeFor = ({ request: { clientId }, clientIncarnation }: Flow): MadeFor => ({ clientId, clientIncarnation });

export const noSuchVerifier = (step: Step) =>
  oauthError('access_denied', `The ${step} verifier is unknown or expired, or belongs to another request.`);

export const usedBefore = (step: Step) => oauthError('invalid_request', `The ${step} verifier was used before.`);
