// Flows as stores keep them, in JSON that migrations do not change.
import type { AuthorizationRequest, OidcContext } from './authorization-request.ts';
import type { Flow, FlowConsent, FlowLogin, LoginAcceptance, Rejection } from './flow.ts';
import type { LoginSession } from './login-session.ts';
import { filled, setNulls, type WithTexts, withTexts } from './stored-members.ts';

const ofRequest = ['sentRedirectUri', 'state', 'nonce', 'codeChallenge', 'idTokenHintSubject'] as const;
const ofContext = ['display', 'loginHint'] as const;
const ofLogin = ['subject'] as const;
const ofAcceptance = ['forceSubjectIdentifier', 'acr'] as const;
const ofSession = ['acr'] as const;
const ofRejection = ['error', 'description', 'hint', 'debug'] as const;

export type StoredOidcContext = WithTexts<OidcContext, (typeof ofContext)[number]>;
type StoredRejection = WithTexts<Rejection, (typeof ofRejection)[number]>;

type StoredRequest = WithTexts<Omit<AuthorizationRequest, 'context'>, (typeof ofRequest)[number]> & {
  readonly context: StoredOidcContext;
};

type StoredLogin = WithTexts<Omit<FlowLogin, 'session' | 'accepted' | 'rejected'>, (typeof ofLogin)[number]> & {
  readonly session: WithTexts<LoginSession, (typeof ofSession)[number]> | null;
  readonly accepted: WithTexts<LoginAcceptance, (typeof ofAcceptance)[number]> | null;
  readonly rejected: StoredRejection | null;
};

type StoredConsentStep = Omit<FlowConsent, 'rejected'> & { readonly rejected: StoredRejection | null };

export type StoredFlow = Omit<Flow, 'request' | 'login' | 'consent'> & {
  readonly request: StoredRequest;
  readonly login: StoredLogin;
  readonly consent: StoredConsentStep | null;
};

export const toStoredContext = (context: OidcContext): StoredOidcContext => withTexts(context, ofContext);

const toStoredRejection = (rejection: Rejection | null): StoredRejection | null =>
  rejection && withTexts(rejection, ofRejection);

export const toStoredFlow = (flow: Flow): StoredFlow => {
  const { request, login, consent } = flow;
  const { session, accepted, rejected } = login;
  return {
    ...flow,
    request: { ...withTexts(request, ofRequest), context: toStoredContext(request.context) },
    login: {
      ...withTexts(login, ofLogin),
      session: session && withTexts(session, ofSession),
      accepted: accepted && withTexts(accepted, ofAcceptance),
      rejected: toStoredRejection(rejected),
    },
    consent: consent && { ...consent, rejected: toStoredRejection(consent.rejected) },
  };
};

/** Takes a context that was just parsed, and changes it. */
export const completeContext = (stored: StoredOidcContext): OidcContext => {
  setNulls(stored, ofContext);
  return stored;
};

const withNulls = (stored: StoredFlow): Flow => {
  const { request, login, consent } = stored;
  setNulls(request, ofRequest);
  setNulls(request.context, ofContext);
  setNulls(login, ofLogin);
  setNulls(login.session, ofSession);
  setNulls(login.accepted, ofAcceptance);
  setNulls(login.rejected, ofRejection);
  if (consent) setNulls(consent.rejected, ofRejection);
  return stored;
};

const later = {
  flow: { clientIncarnation: null },
  request: { audience: [] },
  acceptance: { grantedAudience: [] },
};

/** Takes a record that nothing else refers to, and may change it. Fills in the members that earlier releases did not have. */
export const completeFlow = (stored: StoredFlow): Flow => {
  const flow = filled(later.flow, withNulls(stored));
  const request = filled(later.request, flow.request);
  const accepted = flow.consent?.accepted && filled(later.acceptance, flow.consent.accepted);
  if (request === flow.request && accepted === flow.consent?.accepted) return flow;
  return { ...flow, request, consent: flow.consent && { ...flow.consent, accepted: accepted ?? null } };
};
