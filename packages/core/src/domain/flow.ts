// One authorization request in flight, from the browser's first visit to the code.
//
//   login-pending ──accept──▶ login-accepted ──browser returns──▶ consent-pending ──accept──▶ consent-accepted ──▶
// ended        └───────reject──────▶ login-rejected ──▶ ended                  └──────reject──────▶ consent-rejected
// ──▶ ended
//
// Transitions are pure. The store compares versions, so each transition happens once. A flow that has ended stays until
// it expires, so that a verifier that is used twice can be distinguished from one that never existed.
import type { AuthorizationRequest } from './authorization-request.ts';
import type { BrowserOfStep } from './browser.ts';
import type { GrantSession } from './grant.ts';
import type { LoginSession } from './login-session.ts';
import { endedRequest } from './request-url.ts';
import type { EpochSeconds, Seconds } from './time.ts';

export type FlowState =
  | 'login-pending'
  | 'login-accepted'
  | 'login-rejected'
  | 'consent-pending'
  | 'consent-accepted'
  | 'consent-rejected'
  | 'ended';

/** What the login app decided. */
export interface LoginAcceptance {
  readonly subject: string;
  readonly remember: boolean;
  /** Seconds; 0: until the browser closes; negative: as long as the server allows. */
  readonly rememberFor: Seconds;
  /** Authentication context class (OpenID Connect Core §2). null: the login app set none. */
  readonly acr: string | null;
  /** The identifier for the client instead of the usual one, null for the usual one. */
  readonly forceSubjectIdentifier: string | null;
  readonly authenticatedAt: EpochSeconds;
}

/** What the consent app decided. */
export interface ConsentAcceptance {
  readonly grantedScope: readonly string[];
  readonly grantedAudience: readonly string[];
  readonly session: GrantSession;
  readonly remember: boolean;
  readonly rememberFor: Seconds;
}

/** The error with which the login or consent app rejected the request. null for a text that the app left out. */
export interface Rejection {
  readonly error: string | null;
  readonly description: string | null;
  readonly hint: string | null;
  readonly debug: string | null;
  readonly statusCode: number;
}

/** Only the browser of the step may bring its verifier back. */
export interface FlowLogin extends BrowserOfStep {
  /** A remembered session identifies the person, so the login app must not ask. */
  readonly skip: boolean;
  /** The remembered subject when `skip`, else null. */
  readonly subject: string | null;
  /** The remembered session that allowed the skip, else null. */
  readonly session: LoginSession | null;
  readonly accepted: LoginAcceptance | null;
  readonly rejected: Rejection | null;
}

export interface FlowConsent extends BrowserOfStep {
  readonly skip: boolean;
  readonly accepted: ConsentAcceptance | null;
  readonly rejected: Rejection | null;
}

export interface Flow {
  /** 128 random bits, base64url (22 characters). Challenges and verifiers are this id with a MAC. */
  readonly id: string;
  readonly version: number;
  readonly state: FlowState;
  readonly request: AuthorizationRequest;
  /** The incarnation of the flow's client. null in records of the previous release. */
  readonly clientIncarnation: string | null;
  readonly requestedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  readonly login: FlowLogin;
  /** null until the login is done. */
  readonly consent: FlowConsent | null;
}

const next = (flow: Flow, change: Partial<Flow>): Flow => ({ ...flow, ...change, version: flow.version + 1 });

/** The subject by which stores select the flow: '' until somebody has logged in. */
export const subjectOf = (flow: Flow): string => flow.login.accepted?.subject ?? flow.login.subject ?? '';

export const acceptLogin = (flow: Flow, accepted: LoginAcceptance): Flow | 'already-answered' =>
  flow.state === 'login-pending'
    ? next(flow, { state: 'login-accepted', login: { ...flow.login, accepted } })
    : 'already-answered';

export const rejectLogin = (flow: Flow, rejected: Rejection): Flow | 'already-answered' =>
  flow.state === 'login-pending'
    ? next(flow, { state: 'login-rejected', login: { ...flow.login, rejected } })
    : 'already-answered';

/** The browser returned from an accepted login. */
export const askConsent = (flow: Flow, consent: BrowserOfStep & { readonly skip: boolean }): Flow =>
  next(flow, { state: 'consent-pending', consent: { ...consent, accepted: null, rejected: null } });

export const acceptConsent = (flow: Flow, accepted: ConsentAcceptance): Flow | 'already-answered' =>
  flow.state === 'consent-pending' && flow.consent
    ? next(flow, { state: 'consent-accepted', consent: { ...flow.consent, accepted } })
    : 'already-answered';

export const rejectConsent = (flow: Flow, rejected: Rejection): Flow | 'already-answered' =>
  flow.state === 'consent-pending' && flow.consent
    ? next(flow, { state: 'consent-rejected', consent: { ...flow.consent, rejected } })
    : 'already-answered';

/** The browser returned a second time without the cookie that the first response set. */
export const moveConsent = (flow: Flow, consent: FlowConsent, browser: BrowserOfStep): Flow =>
  next(flow, { consent: { ...consent, ...browser } });

export const end = (flow: Flow): Flow => next(flow, { state: 'ended', request: endedRequest(flow.request) });
