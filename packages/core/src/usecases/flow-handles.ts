// The four values by which apps and browsers name a flow. Pages receive challenges; browsers return with verifiers.
import type { Flow } from '../domain/flow.ts';
import { fullUrl } from '../domain/request-url.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { FlowStore } from '../ports/flow-store.ts';
import type { Mac } from '../ports/system.ts';
import { makeHandle, openHandle } from './opaque-handle.ts';

export type FlowHandle = 'login-challenge' | 'login-verifier' | 'consent-challenge' | 'consent-verifier';

export const handleOf = (mac: Mac, kind: FlowHandle, flow: Flow): string => makeHandle(mac, kind, flow.id);

/** Undefined if the value is not of this kind, or its flow is unknown or has expired. */
export const findByHandle = async (
  { mac, flows }: { readonly mac: Mac; readonly flows: FlowStore },
  kind: FlowHandle,
  value: string,
  now: EpochSeconds,
): Promise<Flow | undefined> => {
  const id = openHandle(mac, kind, value);
  return id === undefined ? undefined : flows.find(id, now);
};

/** Where an app sends the browser once it has answered: the authorization request again, with the verifier. */
const returnUrl = (
  requestUrl: string,
  verifier: { readonly login_verifier: string } | { readonly consent_verifier: string },
): string => {
  const end = requestUrl.indexOf('?');
  const query = new URLSearchParams(end < 0 ? '' : requestUrl.slice(end));
  query.delete('login_verifier');
  query.delete('consent_verifier');
  for (const [name, value] of Object.entries(verifier)) query.set(name, value);
  query.sort();
  return `${end < 0 ? requestUrl : requestUrl.slice(0, end)}?${query}`;
};

/** Where the browser goes once the app of the step has answered. */
export const returnUrlOf = (mac: Mac, step: 'login' | 'consent', flow: Flow): string => {
  const verifier = handleOf(mac, `${step}-verifier`, flow);
  const parameter = step === 'login' ? { login_verifier: verifier } : { consent_verifier: verifier };
  return returnUrl(fullUrl(flow.request), parameter);
};
