// The answers of login and consent apps. Each request can be answered once.
import type { Client } from '../domain/client.ts';
import type { Flow, Rejection } from '../domain/flow.ts';
import type { EpochSeconds } from '../domain/time.ts';
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

/**
 * Stores an app's answer and returns where the browser goes with it, or `already-answered` if a different answer came
 * first. A repeat of the same answer, after a double click or a lost response, gets the same result.
 */
export const storeAnswer = async (
  { mac, flows }: { readonly mac: Mac; readonly flows: FlowStore },
  flow: Flow,
  { step, next, isIn }: Answer,
  now: EpochSeconds,
): Promise<AnswerResult> => {
  const stored = next !== 'already-answered' && (await flows.replace(next, flow.version, now)) !== 'stale';
  if (!stored) {
    const current = await flows.find(flow.id, now);
    if (!current || !isIn(current)) return { outcome: 'already-answered' };
  }
  return { outcome: 'answered', redirectTo: returnUrlOf(mac, step, flow) };
};
