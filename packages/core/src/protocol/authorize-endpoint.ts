// GET and POST /oauth2/auth (RFC 6749 §3.1, OpenID Connect Core §3.1.2). The browser passes here three times; the
// verifier says which pass it is.
import type { Parameters } from '../domain/authorization-request.ts';
import { withQuery } from '../domain/redirect-uri.ts';
import { errorResponseMode } from '../domain/response-mode.ts';
import { type OAuthError, oauthError } from '../errors/oauth-error.ts';
import type { Clock } from '../ports/system.ts';
import type { UserInterface } from '../ports/user-interface.ts';
import type { Settings } from '../settings.ts';
import type { AddressedRequest, makeAddressRequest, ReceivedRequest } from '../usecases/authorize/address-request.ts';
import type { makeBeginAuthorization } from '../usecases/authorize/begin-authorization.ts';
import type { makeCheckRequest } from '../usecases/authorize/check-request.ts';
import type { AuthorizationAnswer } from '../usecases/authorize/issue-response.ts';
import { checkRequestLength } from '../usecases/authorize/request-lengths.ts';
import type { makeResumeAfterConsent } from '../usecases/authorize/resume-after-consent.ts';
import type { makeResumeAfterLogin, SessionChange } from '../usecases/authorize/resume-after-login.ts';
import type { PresentedVerifier, ReturningRequest } from '../usecases/authorize/returning-flow.ts';
import type { RateLimits } from '../usecases/rate-limits.ts';
import type { AnswerAddress } from './authorization-reply.ts';
import { type AnswerParameters, authorizationReply } from './authorization-reply.ts';
import type { BrowserCookies, BrowserSecret } from './browser-cookies.ts';
import { type ErrorReplies, rejectionMembers } from './error-reply.ts';
import { queryOf, readParameters } from './parameters.ts';
import { paths, urlBelow } from './paths.ts';
import { redirectReply } from './reply.ts';
import type { Endpoint, WireReply, WireRequest } from './wire.ts';

interface Deps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly ui: UserInterface;
  readonly cookies: BrowserCookies;
  readonly shareErrorDebug: boolean;
  readonly settings: Pick<Settings, 'confirmErrorRedirects'>;
  readonly rateLimits: RateLimits | null;
  readonly errors: ErrorReplies;
  readonly addressRequest: ReturnType<typeof makeAddressRequest>;
  readonly checkRequest: ReturnType<typeof makeCheckRequest>;
  readonly beginAuthorization: ReturnType<typeof makeBeginAuthorization>;
  readonly resumeAfterLogin: ReturnType<typeof makeResumeAfterLogin>;
  readonly resumeAfterConsent: ReturnType<typeof makeResumeAfterConsent>;
}

const tooManyFlows = oauthError('temporarily_unavailable', 'Too many people are logging in. Try again in a moment.');

/** Flows last minutes, not seconds. */
const secondsUntilRetry = 30;

export const makeAuthorizeEndpoint = (deps: Deps): Endpoint => {
  const { issuer, clock, ui, cookies, errors } = deps;

  const receive = ({ url }: WireRequest): ReceivedRequest => {
    const { values, repeated } = readParameters(queryOf(url));
    const at = url.indexOf('?');
    return {
      parameters: values,
      repeated,
      url: `${urlBelow(issuer, paths.authorize)}${at < 0 ? '' : url.slice(at)}`,
      presented: verifierIn(values),
    };
  };

  /**
   * OpenID Connect Core §3.1.2.1: a request may be posted. The browser is sent back with the same request as a GET: a
   * post from another site brings no cookies along (SameSite), and must not replace those that it did not bring.
   */
  const asGet = (request: WireRequest, form: URLSearchParams): WireReply => {
    const all = new URLSearchParams([...form, ...queryOf(request.url)]);
    const url = `${urlBelow(issuer, paths.authorize)}?${all}`;
    checkRequestLength(url);
    return { ...redirectReply(url), status: 303 };
  };

  /** RFC 6749 §4.1.2.1: returns `state` whenever it was received. RFC 9207 §2: every response names its issuer. */
  const always = (state: string | null): AnswerParameters => ({ ...(state ? { state } : {}), iss: issuer });

  const addressOf = ({ redirectUri, parameters }: AddressedRequest): AnswerAddress => {
    const { response_type: type = '', response_mode: mode = '', state = '' } = parameters;
    return { redirectUri, mode: errorResponseMode(type, mode), always: always(state) };
  };

  const sessionCookie = (session: SessionChange, begun: BrowserSecret): readonly string[] => {
    if (session.change === 'kept') return [];
    return session.change === 'ended' ? cookies.clearSession() : cookies.setSession(begun, session.maxAge, clock.now());
  };

  const begin = async (request: WireRequest, addressed: AddressedRequest): Promise<WireReply> => {
    const now = clock.now();
    const kept = cookies.keepBrowser(request, 'login', now);
    const begun = await deps.beginAuthorization({
      request: await deps.checkRequest(addressed),
      client: addressed.client,
      browser: kept.browser,
      sessionId: cookies.session(request, now)?.hash ?? null,
      origin: request,
    });
    if (begun.outcome === 'too-many-flows') return errors.busy(tooManyFlows, secondsUntilRetry, request.id);
    const location = withQuery(ui.loginUrl, { login_challenge: begun.loginChallenge });
    return redirectReply(location, [...cookies.healSession(request), ...kept.cookies]);
  };

  const afterLogin = async (
    request: WireRequest,
    addressed: AddressedRequest,
    returning: ReturningRequest,
  ): Promise<WireReply> => {
    const now = clock.now();
    const consentBrowser = cookies.keepBrowser(request, 'consent', now);
    const newSession = cookies.generateSession();
    const result = await deps.resumeAfterLogin({
      ...returning,
      browser: cookies.browser(request, 'login', now),
      consentBrowser: consentBrowser.browser,
      sessionId: cookies.session(request, now)?.hash ?? null,
      newSessionId: newSession.hash,
    });
    if (result.outcome === 'rejected') {
      return errors.redirect(addressOf(addressed), rejectionMembers(result.rejection, deps.shareErrorDebug));
    }
    if (result.outcome === 'consent-answered') return redirectReply(result.redirectTo);
    if (request.notes) request.notes.subject = result.subject;
    const location = withQuery(ui.consentUrl, { consent_challenge: result.consentChallenge });
    return redirectReply(location, [
      ...cookies.healSession(request),
      ...sessionCookie(result.session, newSession),
      ...consentBrowser.cookies,
    ]);
  };

  const afterConsent = async (
    request: WireRequest,
    addressed: AddressedRequest,
    returning: ReturningRequest,
  ): Promise<WireReply> => {
    const browser = cookies.browser(request, 'consent', clock.now());
    const result = await deps.resumeAfterConsent({ ...returning, browser, origin: request });
    if (result.outcome === 'rejected') {
      return errors.redirect(addressOf(addressed), rejectionMembers(result.rejection, deps.shareErrorDebug));
    }
    if (request.notes) request.notes.subject = result.answer.subject;
    const { redirectUri, responseMode, state } = result.answer.request;
    return authorizationReply(redirectUri, responseMode, { ...present(result.answer), ...always(state) });
  };

  /**
   * RFC 9700 §4.11.2: a client that anyone may have registered gets no error before the person has logged in, unless
   * the person decides so. Silent requests are exempt: no person is there to ask. The errors that the login or consent
   * app reports after a login are not thrown, so this rule does not affect them.
   */
  const asksFirst = ({ client, parameters }: AddressedRequest): boolean =>
    deps.settings.confirmErrorRedirects && client.registeredOpenly === true && parameters.prompt?.trim() !== 'none';

  const proceed = (request: WireRequest, addressed: AddressedRequest): Promise<WireReply> => {
    const { client, redirectUri, presented } = addressed;
    if (presented === null) return begin(request, addressed);
    const resume = presented.step === 'login' ? afterLogin : afterConsent;
    return resume(request, addressed, { verifier: presented.verifier, client, redirectUri });
  };

  /** Counts a request that begins a flow. The other passes continue one that was counted. */
  const addressOrCount = async (request: WireRequest, received: ReceivedRequest): Promise<AddressedRequest> => {
    const { rateLimits } = deps;
    if (rateLimits === null || received.presented !== null) return deps.addressRequest(received);
    const addressed = await deps.addressRequest(received).catch(async (thrown: unknown) => {
      await rateLimits.countStranger('authorization', request);
      throw thrown;
    });
    await rateLimits.countClient('authorization', addressed.client.id, request);
    return addressed;
  };

  const refuse = (request: WireRequest, error: OAuthError): WireReply =>
    error.status === 429 ? errors.busy(error, error.retryAfter ?? 60, request.id) : errors.page(error, request.id);

  return async (request) => {
    let addressed: AddressedRequest;
    try {
      if (request.form !== null) return asGet(request, request.form);
      const received = receive(request);
      if (request.notes) request.notes.clientId = received.parameters.client_id ?? '';
      addressed = await addressOrCount(request, received);
    } catch (thrown) {
      return refuse(request, errors.toOAuthError(thrown, request, { endpoint: 'authorize' }));
    }
    try {
      return await proceed(request, addressed);
    } catch (thrown) {
      const refused = { endpoint: 'authorize', clientId: addressed.client.id } as const;
      const members = errors.members(errors.toOAuthError(thrown, request, refused));
      return asksFirst(addressed)
        ? errors.confirm(addressOf(addressed), members, request.id)
        : errors.redirect(addressOf(addressed), members);
    }
  };
};

const verifierIn = ({
  login_verifier: login = '',
  consent_verifier: consent = '',
}: Parameters): PresentedVerifier | null => {
  if (login.trim() !== '') return { step: 'login', verifier: login.trim() };
  return consent.trim() === '' ? null : { step: 'consent', verifier: consent.trim() };
};

/** RFC 6749 §4.1.2 and §4.2.2. The 2018 API also returns the granted scope with a code, except for `code id_token`. */
const present = ({ scope, code, accessToken, expiresIn, idToken }: AuthorizationAnswer): AnswerParameters => ({
  ...(code === null ? {} : { code }),
  ...(accessToken === null ? {} : { access_token: accessToken, expires_in: String(expiresIn), token_type: 'bearer' }),
  ...(idToken === null ? {} : { id_token: idToken }),
  ...(accessToken !== null || (code !== null && idToken === null) ? { scope: scope.join(' ') } : {}),
});
