// Turns an OAuthError into one of three replies: JSON, a redirect to the client, or an error page.
import type { DomainEvent, EndpointName } from '../domain/event.ts';
import type { Rejection } from '../domain/flow.ts';
import { withQuery } from '../domain/redirect-uri.ts';
import { errorKinds, type OAuthError, type OAuthErrorCode, retryHeader, toOAuthError } from '../errors/oauth-error.ts';
import type { EventSink } from '../ports/event-sink.ts';
import {
  type AnswerAddress,
  type AnswerParameters,
  authorizationReply,
  type ErrorMembers,
} from './authorization-reply.ts';
import { confirmRedirect } from './confirm-redirect.ts';
import { errorBody } from './error-body.ts';
import { plainContent } from './page.ts';
import { jsonReply, noStore, pageReply, redirectReply } from './reply.ts';
import type { WireReply, WireRequest } from './wire.ts';

/**
 * Receives every failure of the server itself. The caller only sees server_error or temporarily_unavailable.
 * `requestId` is undefined if requests have no ids.
 */
export type ReportFailure = (cause: unknown, requestId?: string) => void;

export interface RefusedRequest {
  readonly endpoint: EndpointName;
  /** As presented; undefined when unknown. */
  readonly clientId?: string | undefined;
  readonly grantType?: string | undefined;
}

export interface ErrorReplies {
  /** Notes the error with the request, reports a failure of the server under the request's id, and records the refusal. */
  toOAuthError(thrown: unknown, request: WireRequest, refused: RefusedRequest): OAuthError;
  /** RFC 6749 §5.2, with the members of the 2018 API. */
  json(error: OAuthError): WireReply;
  /** RFC 6749 §4.1.2.1. */
  redirect(to: AnswerAddress, members: ErrorMembers): WireReply;
  /** The same for a client that anyone may have registered: the person is asked first (RFC 9700 §4.11.2). */
  confirm(to: AnswerAddress, members: ErrorMembers, requestId?: string): WireReply;
  /** For errors that must not be sent to a client: the operator's error page, or the built-in one. */
  page(error: OAuthError, requestId?: string): WireReply;
  /** A page with the error's own status, even if an error URL is configured: proxies and monitors must see a 503. */
  busy(error: OAuthError, secondsUntilRetry: number, requestId?: string): WireReply;
  members(error: OAuthError): ErrorMembers;
}

interface Deps {
  readonly shareErrorDebug: boolean;
  readonly errorUrl: string | null;
  readonly reportFailure: ReportFailure;
  readonly events: EventSink | null;
}

const refusal = (
  { code: error, status, hint }: OAuthError,
  request: WireRequest,
  refused: RefusedRequest,
): DomainEvent => {
  const type = refused.endpoint === 'token' ? 'OAuth2TokenExchangeError' : 'OAuth2RequestRefused';
  return { type, ...refused, error, status, hint, origin: request };
};

const present = (members: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''));

const parametersOf = ({ always }: AnswerAddress, { error, description, hint, debug }: ErrorMembers): AnswerParameters =>
  present({ error, error_description: description, error_hint: hint, error_debug: debug, ...always });

/** RFC 7617 §2: what a client must send instead. */
const challenge = { 'www-authenticate': 'Basic realm="claviger", charset="UTF-8"' } as const;

export const makeErrorReplies = ({ shareErrorDebug, errorUrl, reportFailure, events }: Deps): ErrorReplies => {
  const members = ({ code, description, hint, debug }: OAuthError): ErrorMembers => ({
    error: code,
    description,
    hint,
    debug: shareErrorDebug ? (debug ?? '') : '',
  });

  return {
    members,

    toOAuthError(thrown, request, refused) {
      const error = toOAuthError(thrown);
      if (request.notes) request.notes.error = error;
      if (error.status >= 500) reportFailure(thrown, request.id);
      events?.record(refusal(error, request, refused));
      return error;
    },

    json(error) {
      const body = errorBody({ ...members(error), status: error.status });
      const extra = error.status === 401 && error.code === 'invalid_client' ? challenge : retryHeader(error);
      return jsonReply(error.status, body, { ...noStore, ...extra });
    },

    redirect(to, told) {
      return authorizationReply(to.redirectUri, to.mode, parametersOf(to, told));
    },

    confirm(to, told, requestId = '') {
      return confirmRedirect(to, told, parametersOf(to, told), requestId);
    },

    busy(error, secondsUntilRetry, requestId = '') {
      const { error: code, hint } = members(error);
      const title = 'Please try again in a moment';
      const content = plainContent([hint], { Error: code, 'Request id': requestId });
      const reply = pageReply(error.status, { title, content });
      return { ...reply, headers: { ...reply.headers, 'retry-after': String(secondsUntilRetry) } };
    },

    page(error, requestId = '') {
      const { error: code, description, hint, debug } = members(error);
      if (errorUrl !== null) {
        const parameters = present({ error: code, error_description: description, error_debug: debug });
        const told = present({ request_id: requestId });
        return redirectReply(withQuery(errorUrl, { ...parameters, error_hint: hint, ...told }));
      }
      const broken = error.status >= 500;
      const advice = broken
        ? 'Something went wrong on our side. Please try again in a moment.'
        : 'The application that sent you here made a request that is not valid. Please go back to it.';
      const reply = pageReply(broken ? error.status : 400, {
        title: 'This request cannot be continued',
        content: plainContent([advice], {
          Error: code,
          Reason: hint || description,
          Debug: debug,
          'Request id': requestId,
        }),
      });
      return { ...reply, headers: { ...reply.headers, ...retryHeader(error) } };
    },
  };
};

/**
 * Without an error it is invalid_request (2018 API). Texts that the rejecting app left out are those of its own error,
 * if known.
 */
export const rejectionMembers = (
  { error, description, hint, debug }: Rejection,
  shareErrorDebug: boolean,
): ErrorMembers => ({
  error: error || 'invalid_request',
  description: description || usual(error || 'invalid_request').description,
  hint: hint || (usual(error || 'invalid_request').hint ?? ''),
  debug: shareErrorDebug ? (debug ?? '') : '',
});

const usual = (error: string): { readonly description: string; readonly hint?: string } =>
  isErrorCode(error) ? errorKinds[error] : { description: '' };

const isErrorCode = (error: string): error is OAuthErrorCode => Object.hasOwn(errorKinds, error);
