// A browser returns with a verifier. The server must have issued it for this request, its app must have answered, and
// it must not have been used before.
import { belongsToRegistration, type Client, type MadeFor } from '../../domain/client.ts';
import type { Flow, FlowState, Rejection } from '../../domain/flow.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { Mac } from '../../ports/system.ts';
import { findByHandle } from '../flow-handles.ts';

export type Step = 'login' | 'consent';

/** A verifier as the browser presents it, not yet looked up. */
export interface PresentedVerifier {
  readonly step: Step;
  readonly verifier: string;
}

/**
 * The return to the authorization endpoint: the verifier, with the client and redirect URI of the URL that carries it.
 */
export interface ReturningRequest {
  readonly verifier: string;
  readonly client: Client;
  readonly redirectUri: string;
}

/** The login or consent app rejected the step. The client gets the rejection. */
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

/** True if the step's app has answered and the browser has not returned with that answer yet. */
export const isAnswered = (flow: Flow, step: Step): boolean =>
  flow.state === `${step}-accepted` || flow.state === `${step}-rejected`;

/** Finds the flow even if the verifier was used before. Throws access_denied for an invalid verifier. */
export const findReturningFlow = async (
  deps: Deps,
  step: Step,
  returning: ReturningRequest,
  now: EpochSeconds,
): Promise<Flow> => {
  const flow = await findByHandle(deps, `${step}-verifier`, returning.verifier, now);
  // A flow keeps the client and redirect URI it began with. The URL that carries the verifier cannot change them.
  const belongs =
    flow !== undefined &&
    belongsToRegistration(madeFor(flow), returning.client, flow.requestedAt) &&
    flow.request.redirectUri === returning.redirectUri;
  if (!belongs || order.indexOf(flow.state) <= order.indexOf(`${step}-pending`)) {
    throw noSuchVerifier(step);
  }
  return flow;
};

/** Throws access_denied for an invalid verifier, and invalid_request for a used one. */
export const openReturningFlow = async (
  deps: Deps,
  step: Step,
  returning: ReturningRequest,
  now: EpochSeconds,
): Promise<Flow> => {
  const flow = await findReturningFlow(deps, step, returning, now);
  if (!isAnswered(flow, step)) throw usedBefore(step);
  return flow;
};

const madeFor = ({ request: { clientId }, clientIncarnation }: Flow): MadeFor => ({ clientId, clientIncarnation });

export const noSuchVerifier = (step: Step) =>
  oauthError('access_denied', `The ${step} verifier is unknown or expired, or belongs to another request.`);

export const usedBefore = (step: Step) => oauthError('invalid_request', `The ${step} verifier was used before.`);
